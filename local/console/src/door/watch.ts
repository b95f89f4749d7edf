import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { noteOwnPicture, ring } from '../alerts.ts';
import { errorMessage, type Message, RefusedError } from '../api/client.ts';
import { lookAtDoor } from '../api/endpoints.ts';
import type { Size } from '../api/pictures.ts';
import { toBase64 } from '../api/prepare.ts';
import {
  afterLook,
  afterReview,
  afterTime,
  hasHit,
  isNews,
  isToBeKept,
  type Shown,
} from '../model/door-verdict.ts';
import { isDark, Presence } from '../model/presence.ts';
import { headlineOf } from '../model/verdict-words.ts';
import { hitsOf, judgePicture } from '../model/verdicts.ts';
import { Store } from '../store.ts';
import { texts } from '../texts.ts';
import { announce } from '../ui/live.tsx';
import { FrameReader } from './frames.ts';

/** Looks at whoever stands before a camera, twice a second at most, and only while somebody may be there. */

export interface DoorView {
  /** Activity at the moment. */
  readonly state: 'starting' | 'waiting' | 'looking' | 'slow' | 'failing';
  /** True if it is too dark to tell whether somebody is there. */
  readonly isDark: boolean;
  readonly shown: Shown | undefined;
  /** Number of matches that the door has told of. */
  readonly news: number;
  /** Picture of a match or a near miss that is shown, a `blob:` address. */
  readonly picture: { readonly url: string; readonly size: Size } | undefined;
  /** Reason why it cannot look at the moment. */
  readonly error: Message | undefined;
}

export const nothingSeen: DoorView = {
  state: 'starting',
  isDark: false,
  shown: undefined,
  news: 0,
  picture: undefined,
  error: undefined,
};

const everyMs = 500;
/** Pause after a failure. A service that has too much to do gets some rest. */
const afterFailureMs = 3_000;
/** Time after which somebody is told that a look is still waiting for its answer. */
const slowMs = 3_000;
/** A look that takes longer tells of somebody who is no longer there. */
const timeoutMs = 15_000;

export class DoorWatch {
  readonly view = new Store<DoorView>(nothingSeen);
  readonly #frames: FrameReader;
  readonly #presence = new Presence();
  readonly #ended = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Time at which the look began that waits for its answer. */
  #lookingSince: number | undefined;
  #notBefore = 0;
  /** Time from which looks are at the next person. */
  #nextAt = 0;

  /** @param video element that shows the camera */
  constructor(video: HTMLVideoElement) {
    this.#frames = new FrameReader(video);
    this.#timer = setInterval(() => this.#tick(), everyMs);
  }

  /** Ends it for good, and gives back all that it holds. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ended.abort();
    this.#show({ shown: undefined });
  }

  /** Takes away the verdict that is shown, for the next person. */
  next(): void {
    this.#nextAt = Date.now();
    this.#show({ shown: undefined });
  }

  /** Takes over what a person said of the match that is shown. */
  noteReview(reviewed: ImageProcessingResult): void {
    const { shown } = this.view.value;
    if (shown?.result.db_id === reviewed.db_id) this.#show({ shown: afterReview(shown, reviewed) });
  }

  #tick(): void {
    const now = Date.now();
    const { shown, state } = this.view.value;
    const asked = this.#lookingSince ?? now;
    const stays = afterTime(shown, now, asked);
    // A verdict that ends before the next answer comes says nothing of whether a face is still there.
    const isAwaited = shown !== undefined && stays === undefined && asked < now;
    const isSlow = (isAwaited || now - asked > slowMs) && state !== 'failing';
    this.#show({ shown: stays, state: isSlow ? 'slow' : state });
    // Nobody sees a hidden page, and one request at once is enough for one door.
    if (document.hidden || this.#lookingSince !== undefined || now < this.#notBefore) return;
    const cells = this.#frames.cells();
    if (cells === undefined) return;
    this.#show({ isDark: isDark(cells) });
    if (!this.#presence.isSomebodyIn(cells, now)) {
      this.#show({ state: 'waiting' });
      return;
    }
    this.#presence.look(cells);
    this.#lookingSince = now;
    void this.#look(now).finally(() => {
      this.#lookingSince = undefined;
    });
  }

  async #look(began: number): Promise<void> {
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const { blob, size } = await this.#frames.picture();
      const keep = isToBeKept(this.view.value.shown, Date.now()) ? 'matches' : 'none';
      const result = await lookAtDoor(await toBase64(blob), keep, signal);
      if (this.#ended.signal.aborted) return;
      this.#presence.found(result.faces.length);
      if (began >= this.#nextAt) this.#take(result, blob, size, began);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      const isBusy = error instanceof RefusedError || !signal.aborted;
      this.#notBefore = Date.now() + afterFailureMs;
      this.#fail(isBusy ? errorMessage(error) : { text: texts.checking.tookTooLong });
    }
  }

  /** Tells why it does not look. An all-clear of before says nothing of whoever comes now. */
  #fail(error: Message): void {
    const { shown, error: before } = this.view.value;
    const message = before?.text === error.text ? before : error;
    const isHit = shown !== undefined && hasHit(shown);
    this.#show({ state: 'failing', error: message, shown: isHit ? shown : undefined });
  }

  #take(result: ImageProcessingResult, blob: Blob, size: Size, began: number): void {
    const now = Date.now();
    const { shown: before, picture: pictureBefore } = this.view.value;
    if (result.db_id !== null) noteOwnPicture(result.db_id);
    const shown = afterLook(before, result, began, now);
    const isFresh = shown !== undefined && shown.result !== before?.result;
    const fresh = isFresh && hasHit(shown) ? { url: URL.createObjectURL(blob), size } : undefined;
    const picture = isFresh ? fresh : pictureBefore;
    this.#show({ state: 'looking', error: undefined, shown, picture });
    if (shown && isNews(before, shown)) {
      this.#show({ news: this.view.value.news + 1 });
      alarm(shown.result);
    }
    const text = shown && headlineOf(shown.result).text;
    if (text !== undefined && text !== (before && headlineOf(before.result).text)) announce(text);
  }

  /** Shows it, and gives back the address of a picture that is shown no more. */
  #show(part: Partial<DoorView>): void {
    const before = this.view.value;
    const { shown, picture, ...rest } = { ...before, ...part };
    const after: DoorView = { ...rest, shown, picture: shown && picture };
    if (before.picture && before.picture !== after.picture) URL.revokeObjectURL(before.picture.url);
    const names = Object.keys(after) as (keyof DoorView)[];
    if (names.some((name) => after[name] !== before[name])) this.view.set(after);
  }
}

function alarm(result: ImageProcessingResult): void {
  const hits = hitsOf(judgePicture(result));
  ring(
    hits.some(({ comparison }) => comparison.likeness === 'match' && comparison.entry.severity === 'danger'),
  );
}
