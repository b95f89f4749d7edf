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
  isToBeKept,
  matchingEntries,
  type Shown,
} from '../model/door-verdict.ts';
import { Presence } from '../model/presence.ts';
import { headlineOf } from '../model/verdict-words.ts';
import { hitsOf, judgePicture } from '../model/verdicts.ts';
import { Store } from '../store.ts';
import { texts } from '../texts.ts';
import { announce } from '../ui/live.tsx';
import { FrameReader } from './frames.ts';

/** Looks at whoever stands before a camera, twice a second at most, and only while somebody may be there. */

export interface DoorView {
  /** Activity at the moment. */
  readonly state: 'starting' | 'waiting' | 'looking' | 'failing';
  readonly shown: Shown | undefined;
  /** Picture of a match or a near miss that is shown, a `blob:` address. */
  readonly picture: { readonly url: string; readonly size: Size } | undefined;
  /** Reason why it cannot look at the moment. */
  readonly error: Message | undefined;
}

export const nothingSeen: DoorView = {
  state: 'starting',
  shown: undefined,
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
/** Time in which the same person raises no second alarm. */
const quietMs = 60_000;

export class DoorWatch {
  readonly view = new Store<DoorView>(nothingSeen);
  readonly #frames: FrameReader;
  readonly #presence = new Presence();
  readonly #ended = new AbortController();
  readonly #rung = new Map<number, number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Time at which the look began that waits for its answer. */
  #lookingSince: number | undefined;
  #notBefore = 0;

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
    this.#show({ shown: undefined });
  }

  /** Takes over what a person said of the match that is shown. */
  noteReview(reviewed: ImageProcessingResult): void {
    const { shown } = this.view.value;
    if (shown?.result.db_id === reviewed.db_id) this.#show({ shown: afterReview(shown, reviewed) });
  }

  #tick(): void {
    const now = Date.now();
    this.#show({ shown: afterTime(this.view.value.shown, now) });
    if (now - (this.#lookingSince ?? now) > slowMs) this.#fail({ text: texts.checking.serviceSlow });
    // Nobody sees a hidden page, and one request at once is enough for one door.
    if (document.hidden || this.#lookingSince !== undefined || now < this.#notBefore) return;
    const cells = this.#frames.cells();
    if (cells === undefined) return;
    if (!this.#presence.isSomebodyIn(cells, now)) {
      this.#show({ state: 'waiting' });
      return;
    }
    this.#presence.look(cells);
    this.#lookingSince = now;
    void this.#look().finally(() => {
      this.#lookingSince = undefined;
    });
  }

  async #look(): Promise<void> {
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const { blob, size } = await this.#frames.picture();
      const keep = isToBeKept(this.view.value.shown, Date.now()) ? 'matches' : 'none';
      const result = await lookAtDoor(await toBase64(blob), keep, signal);
      if (this.#ended.signal.aborted) return;
      this.#presence.found(result.faces.length);
      this.#take(result, blob, size);
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
    this.#show({ state: 'failing', error: message, shown: shown?.tone === 'match' ? shown : undefined });
  }

  #take(result: ImageProcessingResult, blob: Blob, size: Size): void {
    const now = Date.now();
    const { shown: before, picture: pictureBefore } = this.view.value;
    if (result.db_id !== null) noteOwnPicture(result.db_id);
    const shown = afterLook(before, result, now);
    const isFresh = shown !== undefined && shown.result !== before?.result;
    const fresh = isFresh && isAlike(shown.result) ? { url: URL.createObjectURL(blob), size } : undefined;
    const picture = isFresh ? fresh : pictureBefore;
    this.#show({ state: 'looking', error: undefined, shown, picture });
    if (shown?.tone === 'match') this.#alarm(shown.result, now);
    const text = shown && headlineOf(shown.result).text;
    if (text !== undefined && text !== (before && headlineOf(before.result).text)) announce(text);
  }

  /** Sounds for whoever is seen for the first time. */
  #alarm(result: ImageProcessingResult, now: number): void {
    for (const [id, at] of this.#rung) if (now - at > quietMs) this.#rung.delete(id);
    const matching = matchingEntries(result);
    const isNew = matching.some((id) => !this.#rung.has(id));
    for (const id of matching) this.#rung.set(id, now);
    if (!isNew) return;
    const isDanger = hitsOf(judgePicture(result)).some(
      ({ comparison: { likeness, entry } }) => likeness === 'match' && entry.severity === 'danger',
    );
    ring(isDanger);
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

/** Returns true if there are faces to compare, and so a picture is needed. */
function isAlike(result: ImageProcessingResult): boolean {
  return hitsOf(judgePicture(result)).length > 0;
}
