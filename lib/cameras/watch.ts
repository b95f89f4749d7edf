import type { CameraStateName } from '../contract/endpoints/cameras.ts';
import { CameraConflictError } from '../errors.ts';
import type { FaceFollower } from '../faces/follower.ts';
import type { AddressCheck } from '../inputs/address-check.ts';
import { type CameraAddress, parseAddress, shownAddress } from './address.ts';
import type { Judge, Judgement, WatchedTrack } from './judge.ts';
import { keepOpen } from './keep-open.ts';
import { openSource } from './open-source.ts';
import { Passages } from './passages.ts';
import { type Frame, type FrameSource, SourceError } from './port.ts';
import { PushSource } from './push.ts';
import { type CameraSettings, isWatched } from './settings.ts';

/** State of a camera, without its address's secrets. */
export interface CameraStatus {
  readonly name: string;
  readonly address: string;
  readonly state: CameraStateName;
  readonly since: Date;
  /** Sentence about why it gives no frames; `null` while it does. */
  readonly reason: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly lastFrame: Date | null;
  readonly lastSighting: Date | null;
  readonly frames: { readonly looked: number; readonly idle: number; readonly dropped: number };
  readonly tracks: { readonly matched: number; readonly unknown: number };
  readonly restarts: number;
  /** Frames of the last seconds, in each second. */
  readonly framesPerSecond: number;
}

/** Receiver of what a camera shows. */
export interface CameraListener {
  /** Records listed people. Returns true if something was told. */
  readonly onMatch: (track: WatchedTrack, judgement: Judgement) => Promise<boolean>;
  readonly onEnded: (track: WatchedTrack, isReported: boolean) => Promise<void>;
  readonly onState: (status: CameraStatus) => void;
  /** Is told of a frame that could not be looked at. */
  readonly onError: (error: unknown) => void;
}

export interface WatcherNeeds {
  readonly follower: FaceFollower;
  readonly judge: Judge;
  readonly listener: CameraListener;
  /** Program that decodes video. */
  readonly ffmpeg: string;
  /** Addresses that a camera may have; any without it. */
  readonly isAllowed?: AddressCheck | undefined;
  /** Milliseconds before a source that failed is opened again for the first time. */
  readonly firstPauseMs?: number;
  /** Milliseconds after its last picture when a camera that sends them itself counts as offline. */
  readonly pushSilenceMs?: number;
}

const pushSilenceMs = 60_000;
const scheduleCheckMs = 10_000;
const rateWindowMs = 5_000;
/** Milliseconds without a frame after which people count as gone. */
const silenceMs = 2_000;

/** Watches one camera. */
export class CameraWatcher {
  readonly settings: CameraSettings;
  readonly #address: CameraAddress;
  readonly #needs: WatcherNeeds;
  readonly #push: PushSource | undefined;
  readonly #open: () => FrameSource;
  #source: FrameSource | undefined;
  #state: CameraStateName = 'starting';
  #since = new Date();
  #reason: string | null = null;
  #size: { readonly width: number; readonly height: number } | undefined;
  #lastFrame: Date | null = null;
  #lastSighting: Date | null = null;
  #newest:
    | { readonly frame: Frame; readonly faces: readonly { id: string; box: WatchedTrack['box'] }[] }
    | undefined;
  readonly #frames = { looked: 0, idle: 0, dropped: 0 };
  readonly #tracks = { matched: 0, unknown: 0 };
  /** Ids of the last tracks that matched nobody: one may go on, and end again. */
  readonly #unknown = new Set<string>();
  #restarts = -1;
  #recent: number[] = [];
  #isPaused = false;
  #change = new AbortController();

  /** @param settings of an address that `parseAddress` knows */
  constructor(settings: CameraSettings, needs: WatcherNeeds) {
    const address = parseAddress(settings.url);
    if (!address) throw new SourceError('Its address is of no known kind.');
    this.settings = settings;
    this.#address = address;
    this.#needs = needs;
    if (address.kind === 'push') {
      const push = new PushSource();
      this.#push = push;
      this.#open = () => push;
    } else {
      const { ffmpeg: program, isAllowed } = needs;
      const opening = { framesPerSecond: settings.fps, program, isAllowed };
      this.#open = () => openSource(address, opening);
    }
  }

  get status(): CameraStatus {
    const now = Date.now();
    this.#recent = this.#recent.filter((at) => now - at <= rateWindowMs);
    return {
      name: this.settings.name,
      address: shownAddress(this.#address),
      state: this.#state,
      since: this.#since,
      reason: this.#reason,
      width: this.#size?.width ?? null,
      height: this.#size?.height ?? null,
      lastFrame: this.#lastFrame,
      lastSighting: this.#lastSighting,
      frames: { ...this.#frames, dropped: this.#frames.dropped + (this.#source?.counts.dropped ?? 0) },
      tracks: { ...this.#tracks },
      restarts: Math.max(0, this.#restarts),
      framesPerSecond: Math.round((10_000 * this.#recent.length) / rateWindowMs) / 10,
    };
  }

  /** Newest frame with the faces that are followed in it; `undefined` while it is paused or gives none. */
  get newest():
    | { readonly frame: Frame; readonly faces: readonly { id: string; box: WatchedTrack['box'] }[] }
    | undefined {
    return this.#state === 'online' ? this.#newest : undefined;
  }

  /** Stops watching, or goes on. The status says so at once. */
  pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#enter(this.#rest() ?? 'starting', null);
    this.#change.abort();
  }

  /** Returns the state of a camera that is not to watch now; `undefined` for one that is. */
  #rest(): 'paused' | 'off' | undefined {
    if (this.#isPaused) return 'paused';
    return isWatched(this.settings.schedule, new Date()) ? undefined : 'off';
  }

  /**
   * Takes a picture that a client has sent.
   * @throws SourceError when this camera takes none, or the picture can't be read
   * @throws CameraConflictError
   */
  async receive(bytes: Uint8Array): Promise<void> {
    if (!this.#push) throw new SourceError('This camera is watched by its address, and takes no pictures.');
    const checkWanted = () => {
      const rest = this.#rest();
      if (rest === 'paused') throw new CameraConflictError('The camera is paused, and takes no pictures.');
      if (rest) throw new CameraConflictError('By its schedule the camera takes no pictures now.');
    };
    checkWanted();
    await this.#push.receive(bytes, checkWanted);
  }

  /** Watches until the signal, or to the end of a recording; resolves when nothing is left running. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#change = new AbortController();
      const rest = this.#rest();
      if (rest) {
        this.#enter(rest, null);
        await untilAborted(
          AbortSignal.any([signal, this.#change.signal, AbortSignal.timeout(scheduleCheckMs)]),
        );
        continue;
      }
      using timer = disposableInterval(() => {
        if (!isWatched(this.settings.schedule, new Date())) this.#change.abort();
      }, scheduleCheckMs);
      void timer;
      const isOver = await this.#watch(AbortSignal.any([signal, this.#change.signal]));
      if (isOver) return;
    }
  }

  /** Returns true if a recording has come to its end. */
  async #watch(signal: AbortSignal): Promise<boolean> {
    this.#enter('starting', null);
    const passages = this.#passages();
    try {
      if (this.#address.kind === 'recording') return await this.#play(passages, signal);
      const kept = {
        open: this.#open,
        onOpening: (source: FrameSource) => this.#opening(source),
        onDown: (error: SourceError) => this.#enter('offline', error.message),
        ...(this.#needs.firstPauseMs !== undefined && { firstPauseMs: this.#needs.firstPauseMs }),
      };
      // A camera that breaks off, or sends pictures now and then, must not keep a decision waiting.
      using timer = disposableInterval(() => {
        const silentMs = Date.now() - (this.#lastFrame?.getTime() ?? 0);
        this.#reportSilence(silentMs);
        if (silentMs < silenceMs) return;
        passages.expire(Date.now()).catch(this.#needs.listener.onError);
      }, silenceMs);
      void timer;
      for await (const frame of keepOpen(kept, signal)) await this.#look(passages, frame);
      return false;
    } finally {
      this.#newest = undefined;
      await passages.end().catch(this.#needs.listener.onError);
    }
  }

  /** Watches a recording once. Returns true unless the signal has ended it. */
  async #play(passages: Passages, signal: AbortSignal): Promise<boolean> {
    const source = this.#open();
    this.#opening(source);
    try {
      for await (const frame of source.frames(signal)) await this.#look(passages, frame);
      if (!signal.aborted) this.#enter('off', 'The recording is over.');
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#enter('offline', error.message);
    }
    return !signal.aborted;
  }

  /** A source that the service opens tells itself when it gives no frames; nobody else does. */
  #reportSilence(silentMs: number): void {
    const longest = this.#needs.pushSilenceMs ?? pushSilenceMs;
    if (!this.#push || this.#state !== 'online' || silentMs < longest) return;
    this.#enter('offline', `No picture has come for ${Math.round(longest / 1000)} seconds.`);
  }

  #opening(source: FrameSource): void {
    if (source !== this.#source) this.#frames.dropped += this.#source?.counts.dropped ?? 0;
    this.#source = source;
    this.#restarts++;
  }

  #passages(): Passages {
    const { min_face: minFace, zone } = this.settings;
    const { follower, judge, listener } = this.#needs;
    return new Passages(
      follower,
      judge,
      { minFace, zone },
      {
        onMatch: async (track, judgement) => {
          const isReported = await listener.onMatch(track, judgement);
          if (!isReported) return false;
          this.#tracks.matched++;
          this.#lastSighting = new Date();
          return true;
        },
        onEnded: async (track, isReported) => {
          if (!isReported) this.#countUnknown(track.id);
          await listener.onEnded(track, isReported);
        },
      },
    );
  }

  #countUnknown(id: string): void {
    if (this.#unknown.has(id)) return;
    this.#tracks.unknown++;
    this.#unknown.add(id);
    const [oldest] = this.#unknown;
    if (this.#unknown.size > 100 && oldest !== undefined) this.#unknown.delete(oldest);
  }

  async #look(passages: Passages, frame: Frame): Promise<void> {
    // It was on its way when the pause began.
    if (this.#rest()) return;
    const now = Date.now();
    this.#lastFrame = new Date(now);
    this.#size = frame;
    this.#recent.push(now);
    if (this.#recent.length > 200) this.#recent = this.#recent.slice(-100);
    // Whoever learns that the camera is online can look at a frame.
    this.#newest ??= { frame, faces: [] };
    if (this.#state !== 'online') this.#enter('online', null);
    try {
      const { isLookedAt, faces } = await passages.look(frame);
      this.#frames[isLookedAt ? 'looked' : 'idle']++;
      this.#newest = { frame, faces };
    } catch (error) {
      // The next frame may fare better; a store that is away for a while must not end the watching.
      this.#needs.listener.onError(error);
    }
  }

  #enter(state: CameraStateName, reason: string | null): void {
    if (state !== this.#state) this.#since = new Date();
    if (state !== 'online') this.#recent = [];
    const isNew = state !== this.#state || reason !== this.#reason;
    this.#state = state;
    this.#reason = reason;
    if (isNew) this.#needs.listener.onState(this.status);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function disposableInterval(work: () => void, everyMs: number): Disposable {
  const timer = setInterval(work, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
