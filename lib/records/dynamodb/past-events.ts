import type { ServiceEvent } from '../../contract/match-event.ts';
import { TableClient, type TableSettings } from './client.ts';
import { erasuresPartition, processedPartition, reviewEventsPartition } from './items.ts';
import type { Item } from './keys.ts';
import { eventOfItem } from './match-stream.ts';

const itemsAtOnce = 200;

/** A past time, with both of its ends. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Makes the events of a past time again, from the records themselves: the table's stream forgets them after a
 * day. Pictures come from the newest to the oldest, then what became of entries and reviews.
 * @throws BackendUnavailableError
 */
export async function* pastEvents(
  settings: TableSettings,
  { from, to }: Period,
): AsyncGenerator<ServiceEvent> {
  const table = new TableClient(settings);
  const isWithin = (time: number) => time >= from.getTime() && time <= to.getTime();
  for await (const { at, ...item } of matchedPictures(table)) {
    const time = new Date(at).getTime();
    // Pictures of which an event is made have numbers in the order of their times.
    if (time < from.getTime()) break;
    const event = isWithin(time) ? await eventOfItem(table, { ...item, at }) : undefined;
    if (event) yield event;
  }
  for (const partition of [erasuresPartition, reviewEventsPartition]) {
    for await (const items of table.query(partition, { atOnce: itemsAtOnce })) {
      for (const item of items) {
        const event = await eventOfItem(table, item);
        if (event && isWithin(Date.parse(event.timestamp))) yield event;
      }
    }
  }
}

async function* matchedPictures(table: TableClient): AsyncGenerator<Item> {
  const range = { newestFirst: true, atOnce: itemsAtOnce };
  for await (const items of table.query(processedPartition, range)) {
    for (const item of items) if (item.matched !== undefined) yield item;
  }
}
