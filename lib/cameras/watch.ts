import type { FaceFollower } from '../faces/port.ts';
import { type CameraAddress, parseAddress, shownAddress } from './address.ts';
import { FfmpegSource } from './ffmpeg.ts';
import { HttpSource } from './http.ts';
import type { Judge, Judgement, WatchedTrack } from './judge.ts';
import { keepOpen } from './keep-open.ts';
import { Passages } from './passages.ts';
import { type Frame, type FrameSource, SourceError } from './port.ts';
import { PushSource } from './push.ts';
import { type CameraSettings, isWatched } from './settings.ts';

export const cameraStates = ['starting', 'online', 'offline', 'paused', 'off'] as const;
export type CameraState = (typeof cameraStates)[number];

/** State of a camera, without its address's secrets. */
export interface CameraStatus {
  readonly name: string;
  readonly address: string;
  readonly state: CameraState;
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
  readonly onTold: (track: WatchedTrack, judgement: Judgement) => Promise<boolean>;
  readonly onEnded: (track: WatchedTrack, isTold: boolean) => Promise<void>;
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
  /** Milliseconds before a source that failed is opened again for the first time. */
  readonly firstPauseMs?: number;
}

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
  #source: FrameSource | undefined;
  #state: CameraState = 'starting';
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
    this.#push = address.kind === 'push' ? new PushSource() : undefined;
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

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Stops watching, or goes on. */
  pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#change.abort();
  }

  /**
   * Takes a picture that a client has sent.
   * @throws SourceError when this camera takes none, is paused, or the picture can't be read
   */
  async receive(bytes: Uint8Array): Promise<void> {
    if (!this.#push) throw new SourceError('This camera is watched by its address, and takes no pictures.');
    await this.#push.receive(bytes);
  }

  /** Watches until the signal, or to the end of a recording; resolves when nothing is left running. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#change = new AbortController();
      const isOn = isWatched(this.settings.schedule, new Date());
      if (this.#isPaused || !isOn) {
        this.#enter(this.#isPaused ? 'paused' : 'off', null);
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
      if (this.#address.kind === 'recording') {
        const source = this.#open();
        this.#opening(source);
        for await (const frame of source.frames(signal)) await this.#look(passages, frame);
        return !signal.aborted;
      }
      const kept = {
        open: () => this.#push ?? this.#open(),
        onOpening: (source: FrameSource) => this.#opening(source),
        onDown: (error: SourceError) => this.#enter('offline', error.message),
        ...(this.#needs.firstPauseMs !== undefined && { firstPauseMs: this.#needs.firstPauseMs }),
      };
      // A camera that breaks off, or sends pictures now and then, must not keep a decision waiting.
      using timer = disposableInterval(() => {
        if (Date.now() - (this.#lastFrame?.getTime() ?? 0) < silenceMs) return;
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

  #open(): FrameSource {
    const address = this.#address;
    const { fps: framesPerSecond } = this.settings;
    if (address.kind === 'push') return new PushSource();
    if (address.kind === 'http') return new HttpSource({ url: address.url, framesPerSecond });
    return new FfmpegSource({ address, framesPerSecond, program: this.#needs.ffmpeg });
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
        onTold: async (track, judgement) => {
          if (!(await listener.onTold(track, judgement))) return;
          this.#lastSighting = new Date();
        },
        onEnded: async (track, isTold) => {
          this.#tracks[isTold ? 'matched' : 'unknown']++;
          await listener.onEnded(track, isTold);
        },
      },
    );
  }

  async #look(passages: Passages, frame: Frame): Promise<void> {
    const now = Date.now();
    this.#lastFrame = new Date(now);
    this.#size = frame;
    this.#recent.push(now);
    if (this.#recent.length > 200) this.#recent = this.#recent.slice(-100);
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

  #enter(state: CameraState, reason: string | null): void {
    if (state !== this.#state) this.#since = new Date();
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
