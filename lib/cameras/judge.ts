import type { UsedOptions } from '../faces/comparing.ts';
import type { FaceMatch } from '../faces/face.ts';
import type { FaceFollower, NearestFaces } from '../faces/follower.ts';
import { meanPrint } from '../faces/print.ts';
import { decide, type Phase, pooledLooks, type TrackMatch, weightOf } from './decide.ts';
import type { Shot } from './shot.ts';
import type { Track, TrackLook } from './tracks.ts';

/** Data kept with a look: the shot of the best one alone. */
export interface Kept {
  shot: Shot | undefined;
}

export type WatchedTrack = Track<Kept>;

/** Entries that a track shows. */
export interface Judgement extends UsedOptions {
  /** Nearest first; empty while nobody is told. */
  readonly entries: readonly TrackMatch[];
}

/**
 * Tells whom a track shows.
 * @example
 * const judgement = await judge.judge(track, 'early');
 * for (const { entryId } of judgement?.entries ?? []) await tell(entryId);
 */
export interface Judge {
  /**
   * Judges a track that has a new look, or is over.
   * @returns `undefined` while there is nothing to judge yet
   * @throws BackendUnavailableError, ThrottledError
   */
  judge(track: WatchedTrack, phase: Phase): Promise<Judgement | undefined>;
}

/** Neighbours of a track's newest mean. */
interface KnownMean {
  /** Looks that the mean is of. */
  readonly looks: readonly TrackLook<Kept>[];
  readonly used: UsedOptions;
  readonly neighbours: readonly FaceMatch[];
}

/** Judges by the engine's own gallery: each look is searched for once, and the mean whenever it changes. */
export function galleryJudge(follower: FaceFollower, threshold: number | null): Judge {
  const join = follower.mean ?? meanPrint;
  const isFreed = follower.mean !== undefined;
  const neighboursOf = new WeakMap<TrackLook<Kept>, readonly FaceMatch[]>();
  const means = new WeakMap<WatchedTrack, KnownMean>();

  async function meanOf(track: WatchedTrack): Promise<KnownMean> {
    const best = track.looks.slice(0, pooledLooks);
    const known = means.get(track);
    const fresh = track.looks.filter((look) => !neighboursOf.has(look));
    const isSame = known?.looks.length === best.length && best.every((look) => known.looks.includes(look));
    if (known && isSame && fresh.length === 0) return known;
    const weights = best.map(({ box, confidence }) => weightOf(box.w, confidence));
    const mean = join(
      best.map(({ print }) => print),
      weights,
    );
    const prints = [mean, ...fresh.map(({ print }) => print)];
    const found: NearestFaces = await follower.nearest(prints, threshold === null ? {} : { threshold });
    const { neighbours, ...used } = found;
    fresh.forEach((look, index) => {
      neighboursOf.set(look, neighbours[index + 1] ?? []);
    });
    const result = { looks: best, used, neighbours: neighbours[0] ?? [] };
    means.set(track, result);
    return result;
  }

  return {
    async judge(track, phase) {
      if (track.looks.length === 0) return undefined;
      const { used, neighbours: mean } = await meanOf(track);
      const looks = track.looks.map((look) => neighboursOf.get(look) ?? []);
      return { ...used, entries: decide({ mean, looks, isFreed }, phase) };
    },
  };
}
