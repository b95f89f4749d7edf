import type { FaceFollower, FaceLook } from '../faces/follower.ts';
import type { Judge, Judgement, Kept, WatchedTrack } from './judge.ts';
import { MotionGate } from './motion.ts';
import type { Frame } from './port.ts';
import { isInZone, planRegions, type ZonePoint } from './regions.ts';
import { cutShot } from './shot.ts';
import { Tracker } from './tracks.ts';

export interface PassageSettings {
  /** Pixels of the smallest face that is compared. */
  readonly minFace: number;
  readonly zone: readonly ZonePoint[];
}

/** Receiver of what is learned of people who pass. */
export interface PassageListener {
  /**
   * A track shows listed people. Returns true if they were told of: then it is not called again for it. None
   * of them may be in force, or be any more since a merge.
   */
  readonly onMatch: (track: WatchedTrack, judgement: Judgement) => Promise<boolean>;
  /** A track is over; `isReported` if it was told of. */
  readonly onEnded: (track: WatchedTrack, isReported: boolean) => Promise<void>;
}

/** Result of a frame. */
export interface FrameOutcome {
  /** False if nothing moved and nobody was followed, so that nothing was looked for. */
  readonly isLookedAt: boolean;
  /** Faces that are followed, in pixels of the frame. */
  readonly faces: readonly { readonly id: string; readonly box: WatchedTrack['box'] }[];
}

/** Tracks that wait at most for a store that is away: each holds a picture. */
const mostUnfinished = 50;
/** Milliseconds between two tries to record them. */
const tryAgainMs = 2_000;

/** Milliseconds between looks at everything while something moves, and while nothing does. */
const thoroughEveryMs = { moving: 1_500, quiet: 4_000 } as const;

/** Follows people through a camera's frames, and has each of them judged. */
export class Passages {
  readonly #follower: FaceFollower;
  readonly #judge: Judge;
  readonly #settings: PassageSettings;
  readonly #listener: PassageListener;
  readonly #gate = new MotionGate();
  readonly #tracker: Tracker<Kept>;
  /** Ids of tracks that were told of, for as long as they may go on. */
  readonly #matched = new Map<string, number>();
  #thoroughAt = Number.NEGATIVE_INFINITY;
  /** Tracks that are over and could not be judged or recorded yet, the oldest first. */
  #unfinished: WatchedTrack[] = [];
  #triedAt = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(follower: FaceFollower, judge: Judge, settings: PassageSettings, listener: PassageListener) {
    this.#follower = follower;
    this.#tracker = new Tracker(follower.scale);
    this.#judge = judge;
    this.#settings = settings;
    this.#listener = listener;
  }

  /**
   * Looks at the next frame.
   * @throws BackendUnavailableError, ThrottledError
   */
  look(frame: Frame): Promise<FrameOutcome> {
    return this.#inTurn(() => this.#lookAt(frame));
  }

  /**
   * Ends the tracks of people who have not been seen for a while, where no frame comes that would tell.
   * @throws BackendUnavailableError, ThrottledError
   */
  expire(at: number): Promise<void> {
    return this.#inTurn(() => this.#endTracks(this.#tracker.expire(at)));
  }

  /** Does one thing after the other: frames and ends change the same tracks. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #lookAt(frame: Frame): Promise<FrameOutcome> {
    const { width, height, at } = frame;
    if (this.#unfinished.length > 0 && at - this.#triedAt >= tryAgainMs) {
      this.#triedAt = at;
      await this.#endTracks([]);
    }
    const motion = this.#gate.look(frame);
    const followed = this.#tracker.predicted(at);
    const isMoving = motion.boxes.length > 0 || motion.isNewScene;
    const isThorough = at - this.#thoroughAt >= thoroughEveryMs[isMoving ? 'moving' : 'quiet'];
    if (!isMoving && followed.length === 0 && !isThorough) return { isLookedAt: false, faces: [] };
    if (isThorough) this.#thoroughAt = at;
    const boxes = followed.map(({ box }) => box);
    const regions = planRegions({ width, height, moving: motion.boxes, followed: boxes, isThorough });
    const known = followed.filter(({ needsPrint }) => !needsPrint).map(({ box }) => box);
    const looks =
      regions.length + boxes.length > 0
        ? await this.#follower.look(frame, { regions, faces: boxes, known })
        : [];
    await this.#takeOver(frame, looks);
    return { isLookedAt: true, faces: this.#tracker.tracks.map(({ id, box }) => ({ id, box })) };
  }

  /** Ends all tracks, because no more frames come. */
  end(): Promise<void> {
    return this.#inTurn(() => this.#endTracks(this.#tracker.endAll()));
  }

  async #takeOver(frame: Frame, looks: readonly FaceLook[]): Promise<void> {
    const { width, height, at } = frame;
    const { minFace, zone } = this.#settings;
    const wanted = looks.filter(({ area }) => isInZone(area, zone, width, height));
    const faces = wanted.map(({ area, confidence, print }) => {
      const { x, y, w, h } = area;
      return { box: { x, y, w, h }, confidence, print: area.w >= minFace ? print : null };
    });
    const { assigned, ended } = this.#tracker.update(faces, at, (_, index) => {
      const own = (wanted[index] as FaceLook).area;
      const others = looks.map(({ area }) => area).filter((area) => area !== own);
      return { shot: cutShot(frame, own, others) };
    });
    for (const { track, look } of assigned) {
      if (!look) continue;
      for (const { extra } of track.looks.slice(1)) extra.shot = undefined;
      await this.#judgeNow(track);
    }
    if (ended.length > 0) await this.#endTracks(ended);
    for (const [id, time] of this.#matched) if (at - time > 60_000) this.#matched.delete(id);
  }

  async #judgeNow(track: WatchedTrack): Promise<void> {
    if (this.#matched.has(track.id)) {
      this.#matched.set(track.id, track.lastSeen);
      return;
    }
    const judgement = await this.#judge.judge(track, 'early');
    if (judgement && judgement.entries.length > 0) await this.#report(track, judgement);
  }

  /** Ends tracks. One that fails is tried again with later frames. */
  async #endTracks(tracks: readonly WatchedTrack[]): Promise<void> {
    const waiting = [...this.#unfinished, ...tracks];
    this.#unfinished = [];
    const failed: WatchedTrack[] = [];
    let failure: { readonly error: unknown } | undefined;
    for (const track of waiting) {
      try {
        await this.#endTrack(track);
      } catch (error) {
        failure ??= { error };
        failed.push(track);
      }
    }
    this.#unfinished = failed.slice(-mostUnfinished);
    if (failure) throw failure.error;
  }

  async #endTrack(track: WatchedTrack): Promise<void> {
    const isReported = this.#matched.has(track.id);
    const judgement = isReported ? undefined : await this.#judge.judge(track, 'end');
    if (judgement && judgement.entries.length > 0) await this.#report(track, judgement);
    await this.#listener.onEnded(track, this.#matched.has(track.id));
  }

  async #report(track: WatchedTrack, judgement: Judgement): Promise<void> {
    if (await this.#listener.onMatch(track, judgement)) this.#matched.set(track.id, track.lastSeen);
  }
}
