import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from 'aws-lambda';
import type { MatchEvent } from '../../contract/match-event.ts';
import { entryIdsOf, matchEvent, withoutUnlisted } from '../../events/match-event.ts';
import { type Item, TableClient, type TableSettings } from './client.ts';
import { entryKey, entryRecord } from './items.ts';
import { readResult } from './processed.ts';

/** A record's new image, as Lambda gets it: bytes are base64. */
export type StreamImage = Readonly<Record<string, AttributeValue>>;

/** What the table's stream tells of pictures in which somebody was found; see `matchesFilter`. */
export interface MatchStream {
  /**
   * The event of such a picture, without those who are not listed any more; `undefined` when nobody is left.
   * @throws BackendUnavailableError
   */
  eventOf(image: StreamImage): Promise<MatchEvent | undefined>;
}

/** Nobody is called before the first use. */
export function openMatchStream(settings: TableSettings): MatchStream {
  const table = new TableClient(settings);
  return {
    async eventOf(image) {
      const item = itemOf(image);
      const event = matchEvent(String(item.matched), await readResult(table, item));
      return event && withoutUnlisted(event, await listedAmong(table, entryIdsOf(event)));
    },
  };
}

function itemOf({ bytes, ...image }: StreamImage): Item {
  const item = unmarshall(image as Record<string, SdkValue>) as Item;
  return bytes?.B === undefined ? item : { ...item, bytes: Buffer.from(bytes.B, 'base64') };
}

async function listedAmong(table: TableClient, entryIds: readonly number[]): Promise<Set<number>> {
  const entries = (await table.getAll(entryIds.map(entryKey))).map(entryRecord);
  return new Set(entries.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id));
}
