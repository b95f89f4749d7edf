import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { untilRead } from './api/again.ts';
import { isGone } from './api/client.ts';
import { getProcessed } from './api/endpoints.ts';
import { onEvent, onMissed } from './api/live-events.ts';
import { type Check, change, checks, noteReviews } from './checks.ts';
import { followEntries, reading } from './follow-entries.ts';
import { entriesIn, shows, withFate } from './model/fate.ts';
import { headlineOf } from './model/verdict-words.ts';
import { announce } from './notices.ts';

/**
 * Keeps the pictures of *Check* up to date: what others say of a match, and what becomes of the listed person
 * and of the picture's record.
 */

/** Follows events about the pictures. Returns a function that ends that. */
export function followChecks(): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const follow = (check: Check) => void readRecord(check, signal).catch(() => {});
  const ends = [
    onEvent(({ type, picture_id }) => {
      const ofRecord = checks.value.find(({ result }) => picture_id !== null && result?.db_id === picture_id);
      if (ofRecord && (type === 'review' || type === 'deletion')) follow(ofRecord);
      else if (type === 'deletion' && picture_id === null) checks.value.forEach(follow);
    }),
    onMissed(() => checks.value.forEach(follow)),
  ];
  followEntries(
    {
      entries: () => checks.value.flatMap(({ result }) => (result ? entriesIn(result) : [])),
      learn(entryId, fate) {
        const concerned = checks.value.filter(({ result }) => result && shows(result, entryId));
        for (const { id } of concerned) update(id, (result) => ({ result: withFate(result, entryId, fate) }));
      },
    },
    signal,
  );
  return () => {
    ended.abort();
    for (const end of ends) end();
  };
}

/** Reads what people said of a picture. */
async function readRecord({ id, result }: Check, signal: AbortSignal): Promise<void> {
  if (result?.db_id == null) return;
  const kept = await recordOf(result.db_id, signal);
  if (kept !== undefined) noteReviews(id, kept);
  else update(id, (known) => ({ result: { ...known, db_id: null }, isErased: true }));
}

/** Reads a record until there is an answer; undefined if it is gone. */
async function recordOf(id: number, signal: AbortSignal): Promise<ImageProcessingResult | undefined> {
  try {
    return await untilRead(() => reading(() => getProcessed(id, signal)));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Changes a check's result, and says it if that changes the verdict. */
function update(id: number, part: (result: ImageProcessingResult) => Partial<Check>): void {
  const result = checks.value.find((check) => check.id === id)?.result;
  if (result === undefined) return;
  change(id, part(result));
  const after = checks.value.find((check) => check.id === id)?.result ?? result;
  const { text } = headlineOf(after);
  if (text !== headlineOf(result).text) announce(text);
}
