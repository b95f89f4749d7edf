import * as z from 'zod';
import type { Period } from '../../lib/records/dynamodb/past-events.ts';

/** Dead letter of the event source that reads the table's stream, as far as it is used. */
const Letter = z.object({
  DDBStreamBatchInfo: z.object({
    approximateArrivalOfFirstRecord: z.iso.datetime(),
    approximateArrivalOfLastRecord: z.iso.datetime(),
  }),
});

/** A record arrives in the stream after the picture got its time: at most so long after, a request's time. */
const beforeMs = 60_000;
/** The arrival is told in whole seconds. */
const afterMs = 1_000;

/**
 * Reads when the records were made that a letter is about. A few more events than were lost may be of that
 * time: receivers know a picture by its `picture_id`.
 * @returns undefined if it is no letter of a stream
 */
export function periodOf(body: string): Period | undefined {
  const letter = Letter.safeParse(jsonOf(body));
  if (!letter.success) return undefined;
  const { approximateArrivalOfFirstRecord: first, approximateArrivalOfLastRecord: last } =
    letter.data.DDBStreamBatchInfo;
  return { from: new Date(Date.parse(first) - beforeMs), to: new Date(Date.parse(last) + afterMs) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
