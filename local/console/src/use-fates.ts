import { useEffect, useRef, useState } from 'preact/hooks';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { followEntries } from './follow-entries.ts';
import { entriesIn, type Fate, withFate } from './model/fate.ts';

/** Returns a kept result with what has become of its listed people since, as far as that is known by now. */
export function useFates(kept: ImageProcessingResult): ImageProcessingResult {
  const [fates, setFates] = useState<ReadonlyMap<number, Fate>>(new Map());
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
    return () => ended.abort();
  }, []);
  return result;
}
