import type { ServiceEvents } from '../../../../lib/contract/endpoints/list-events.ts';
import { callJson } from './client.ts';

/** Questions whether somebody was listed, or an entry was changed, since a look at who is listed. */

const path = 'api/v1/events';

/** Tells where the service's events are now; undefined if that can't be told. It never throws. */
export async function placeInEvents(): Promise<string | undefined> {
  return callJson<ServiceEvents>(path).then(
    ({ last }) => last,
    () => undefined,
  );
}

/** Tells if entries have changed since a place in the events. Where that can't be told, they may have. */
export async function haveEntriesChanged(since: string | undefined): Promise<boolean> {
  if (since === undefined) return true;
  return callJson<ServiceEvents>(`${path}?after=${encodeURIComponent(since)}`).then(
    ({ events, is_complete }) => !is_complete || events.some(({ type }) => type === 'entry'),
    () => true,
  );
}
