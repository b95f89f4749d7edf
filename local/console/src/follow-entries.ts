import pLimit from 'p-limit';
import { untilRead } from './api/again.ts';
import { lacks } from './api/caller.ts';
import { isGone } from './api/client.ts';
import { getEntry } from './api/endpoints.ts';
import { onEvent, onMissed } from './api/live-events.ts';
import { type Fate, fateInto, fateToday } from './model/fate.ts';
import { isExpired } from './model/person.ts';
import { type FollowedEntry, isDeleted } from './model/verdicts.ts';

/** Tells a page that shows matches what becomes of the listed people. */

/** Few readings at once, so that many pictures do not hold up a slow line. */
export const reading = pLimit(2);
/** Time between two looks for entries whose time is over. */
const endsEveryMs = 1_000;

export interface EntryFollower {
  /** Lists the entries that the page shows. One may stand there several times. */
  entries(): readonly FollowedEntry[];
  /** Returns true if an entry is to be read without an event. */
  isDoubted?(entry: FollowedEntry): boolean;
  /** Takes over what has become of an entry that the page may show. */
  learn(entryId: number, fate: Fate): void;
}

/** Follows what becomes of entries until the signal is aborted. */
export function followEntries(follower: EntryFollower, signal: AbortSignal): void {
  const read = (holds: (entry: FollowedEntry) => boolean) => {
    const entries = follower.entries().filter((entry) => !isDeleted(entry) && holds(entry));
    for (const entry of new Map(entries.map((one) => [one.id, one])).values()) {
      fateOf(entry, signal).then(
        (fate) => !signal.aborted && follower.learn(entry.id, fate),
        () => {},
      );
    }
  };
  const ends = [
    onEvent(({ type, entry_id }) => {
      if (type !== 'entry' || entry_id === null) return;
      read((entry) => entry.id === entry_id || isMoved(entry));
    }),
    onMissed(() => read(() => true)),
  ];
  // No event tells that the time of an entry is over.
  const look = () => {
    const ended = follower.entries().filter((entry) => !isDeleted(entry) && hasJustEnded(entry));
    const ids = new Set(ended.map(({ id }) => id));
    read((entry) => ids.has(entry.id) || (!lacks('desk') && follower.isDoubted?.(entry) === true));
    // Nobody is red until the entry is read.
    for (const { id, since } of ended) {
      follower.learn(id, { force: since?.force === 'moved' ? 'over' : 'expired' });
    }
  };
  look();
  const timer = setInterval(look, endsEveryMs);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    for (const end of ends) end();
  });
}

/** Returns true for an entry that was merged into another one, which may have changed by now. */
const isMoved = ({ since }: FollowedEntry) => since?.force === 'moved' || since?.force === 'over';

function hasJustEnded(entry: FollowedEntry): boolean {
  const { force, heir = entry } = entry.since ?? {};
  return (force === undefined || force === 'listed' || force === 'moved') && isExpired(heir);
}

/** Reads what has become of an entry, until there is an answer. Whoever was merged is listed still. */
async function fateOf(entry: FollowedEntry, signal: AbortSignal): Promise<Fate> {
  // A role that may not see the list knows from the match when the entry ends.
  if (lacks('desk')) return { force: isExpired(entry) ? 'expired' : 'listed' };
  return readFate(entry.id, signal);
}

async function readFate(id: number, signal: AbortSignal): Promise<Fate> {
  try {
    return fateToday(await untilRead(() => reading(() => getEntry(id, signal))));
  } catch (error) {
    if (!isGone(error)) throw error;
    if (error.mergedInto === undefined) return { force: 'deleted' };
    return fateInto(await readFate(error.mergedInto, signal));
  }
}
