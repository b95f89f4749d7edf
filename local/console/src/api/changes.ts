import { readEvents } from './live-events.ts';

/** Questions whether somebody was listed, or an entry was changed, since a look at who is listed. */

/** Tells where the service's events are now; undefined if that can't be told. It never throws. */
export async function placeInEvents(): Promise<string | undefined> {
  return readEvents().then(
    ({ last }) => last,
    () => undefined,
  );
}

/** Tells if entries have changed since a place in the events. Where that can't be told, they may have. */
export async function haveEntriesChanged(since: string | undefined): Promise<boolean> {
  if (since === undefined) return true;
  return readEvents(since).then(
    ({ events, is_complete }) => !is_complete || events.some(({ type }) => type === 'entry'),
    () => true,
  );
}
