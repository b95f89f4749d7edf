import { useEffect, useRef, useState } from 'preact/hooks';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { useLacks } from './api/caller.ts';
import { followEntries } from './follow-entries.ts';
import { entriesIn, type Fate, withFate } from './model/fate.ts';
import { isDeleted } from './model/verdicts.ts';

/** Fates of listed people, by the ids of their entries, as far as they are known. */
export type Fates = ReadonlyMap<number, Fate>;

/** Time after which a kept result is shown as it was then, although nobody knows what has become of it. */
const longestWaitMs = 4_000;

/**
 * Follows what has become of the listed people in a kept result. Until that is known, or is long in coming,
 * `result` is undefined: it would accuse who is no longer listed.
 */
export function useFates(kept: ImageProcessingResult): {
  readonly result: ImageProcessingResult | undefined;
  readonly fates: Fates;
} {
  const [fates, setFates] = useState<Fates>(new Map());
  const [isShown, setShown] = useState(false);
  const isListHidden = useLacks('desk');
  let result = kept;
  for (const [entryId, fate] of fates) result = withFate(result, entryId, fate, false);
  const shown = useRef(result);
  shown.current = result;
  useEffect(() => {
    const ended = new AbortController();
    const asked = new Set<number>();
    followEntries(
      {
        entries: () => entriesIn(shown.current),
        isDoubted({ id }) {
          const isNew = !asked.has(id);
          asked.add(id);
          return isNew;
        },
        learn: (entryId, fate) => setFates((before) => new Map([...before, [entryId, fate]])),
      },
      ended.signal,
    );
    const timer = setTimeout(() => setShown(true), longestWaitMs);
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, []);
  const isKnown = isListHidden || entriesIn(kept).every((entry) => isDeleted(entry) || fates.has(entry.id));
  // A result that was shown once stays, whoever is added later.
  useEffect(() => {
    if (isKnown) setShown(true);
  }, [isKnown]);
  return { result: isKnown || isShown ? result : undefined, fates };
}
