import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from 'aws-lambda';
import type { EntryDeletedEvent } from '../../contract/match-event.ts';
import { entryIdsOf, matchEvent, withoutUnlisted } from '../../events/match-event.ts';
import type { MatchStream } from '../../events/port.ts';
import { isInForce } from '../shared/in-force.ts';
import { row } from '../shared/row.ts';
import { TableClient, type TableSettings } from './client.ts';
import { entryKey, entryRecord, erasuresPartition, reviewEventsPartition } from './items.ts';
import type { Item } from './keys.ts';
import { readResult } from './stored.ts';

/** New image of a record, as Lambda receives it: bytes are base64. */
export type StreamImage = Readonly<Record<string, AttributeValue>>;

/**
 * Opens the events of pictures with a match in the table's stream, see `matchesFilter`. No request is sent
 * before the first use.
 */
export function openMatchStream(settings: TableSettings): MatchStream<StreamImage> {
  const table = new TableClient(settings);
  return {
    async eventOf(image) {
      const item = itemOf(image);
      if (item.pk === reviewEventsPartition) return JSON.parse(String(item.event));
      if (item.pk === erasuresPartition) return deletionOf(item);
      const event = matchEvent(String(item.matched), await readResult(table, item));
      return event && withoutUnlisted(event, await listedAmong(table, entryIdsOf(event)));
    },
  };
}

function itemOf({ bytes, ...image }: StreamImage): Item {
  const item = row<Item>(unmarshall(image as Record<string, SdkValue>));
  return bytes?.B === undefined ? item : { ...item, bytes: Buffer.from(bytes.B, 'base64') };
}

function deletionOf({ entryId, started, history }: Item): EntryDeletedEvent {
  return { type: 'entry.deleted', timestamp: String(started), data: { entry_id: Number(entryId), history } };
}

async function listedAmong(table: TableClient, entryIds: readonly number[]): Promise<Set<number>> {
  const entries = (await table.getAll(entryIds.map(entryKey))).map(entryRecord);
  return new Set(entries.filter((entry) => isInForce(entry)).map(({ id }) => id));
}
