import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { isGone, RefusedError } from './api/client.ts';
import { coverPath, getEntry } from './api/endpoints.ts';
import { forgetPictures } from './api/pictures.ts';
import { texts } from './texts.ts';

/** Two entries that are to become one, as they were read last. */
export interface Merging {
  readonly entry: BlacklistRecord;
  /** Undefined until it is chosen, and once it is gone. */
  readonly other: BlacklistRecord | undefined;
  /** Change by somebody else meanwhile, in words. */
  readonly news: string | undefined;
  choose(other: BlacklistRecord): void;
  /** Reads both again after a refusal. Returns true if somebody else's work explains it. */
  isOvertaken(refusal: unknown): Promise<boolean>;
}

/** Refusals after which an entry may be another one, or gone. */
const overtaking = [404, 412, 422];

/**
 * Holds the entries of a merge with the versions that the page shows, so that nothing unseen is merged.
 *
 * @param onGone called once the entry itself is gone
 */
export function useMerging(first: BlacklistRecord, onGone: () => void): Merging {
  const [entry, setEntry] = useState(first);
  const [other, setOther] = useState<BlacklistRecord>();
  const [news, setNews] = useState<string>();
  const isOvertaken = async (refusal: unknown) => {
    const status = refusal instanceof RefusedError ? refusal.status : 0;
    if (other === undefined || !overtaking.includes(status)) return false;
    const [mine, theirs] = await Promise.all([latest(entry), latest(other)]);
    if (mine === undefined) {
      onGone();
      return true;
    }
    const isSame = mine.version === entry.version && theirs?.version === other.version;
    if (isSame) return false;
    setEntry(mine);
    setOther(theirs);
    setNews(theirs === undefined ? texts.people.otherGone(other.name) : texts.people.changedMeanwhile);
    return true;
  };
  const choose = (chosen: BlacklistRecord) => {
    setOther(chosen);
    setNews(undefined);
  };
  return { entry, other, news, choose, isOvertaken };
}

/** Reads an entry again, and forgets its face, which may be another; undefined if it is gone. */
async function latest({ id }: BlacklistRecord): Promise<BlacklistRecord | undefined> {
  try {
    return await getEntry(id);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  } finally {
    forgetPictures(coverPath(id));
  }
}
