import { setImmediate as othersTurn } from 'node:timers/promises';
import { daysBefore } from '../days.ts';
import type { LookBack } from '../faces/look-back.ts';
import type { RecordStore } from '../records/port.ts';

/**
 * Forgets the faces that were kept longer than the look-back lasts, and those that no model in use can
 * compare; with 0 days, all. Returns how many. Pictures and records stay.
 * @param stop tells it to leave the rest to the next round
 * @throws BackendUnavailableError, ThrottledError
 */
export async function forgetFaces(
  {
    records,
    faces,
  }: {
    readonly records: Pick<RecordStore, 'forgetFacesBefore'>;
    readonly faces: { readonly lookBack?: Pick<LookBack, 'days' | 'version'> | undefined };
  },
  { stop, now = new Date() }: { stop?: AbortSignal | undefined; now?: Date } = {},
): Promise<number> {
  const { lookBack } = faces;
  if (!lookBack) return 0;
  // One that was kept this very moment is too old for a look-back of 0 days.
  const before = lookBack.days === 0 ? new Date(now.getTime() + 1) : daysBefore(lookBack.days, now);
  let forgotten = 0;
  while (!stop?.aborted) {
    const count = await records.forgetFacesBefore(before, lookBack.version);
    if (count === 0) break;
    forgotten += count;
    await othersTurn();
  }
  return forgotten;
}
