import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { noteOwnPicture } from '../alerts.ts';
import { untilRead } from '../api/again.ts';
import { errorMessage, isGone, type Message, RefusedError } from '../api/client.ts';
import { getProcessed, lookAtDoor } from '../api/endpoints.ts';
import { onEvent, onMissed } from '../api/live-events.ts';
import type { Size } from '../api/pictures.ts';
import { toBase64 } from '../api/prepare.ts';
import { ticks } from '../clock.ts';
import { followEntries } from '../follow-entries.ts';
import type { Shown } from '../model/door-shown.ts';
import { afterDeletion, afterFate, afterReview } from '../model/door-since.ts';
import { afterLook, afterTime, dangersIn, hasHit, isNews, isToBeKept } from '../model/door-verdict.ts';
import { entriesIn, type Fate, withFate } from '../model/fate.ts';
import { isDark, Presence } from '../model/presence.ts';
import { headlineOf } from '../model/verdict-words.ts';
import { announce } from '../notices.ts';
import { ring } from '../sound.ts';
import { Store } from '../store.ts';
import { texts } from '../texts.ts';
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
  /** Number of times that somebody told, or was asked, what people said of a match. */
  #reviews = 0;

  /** Fates of entries that are out of force, by id, and when the door learned of them. */
  readonly #fates = new Map<number, { readonly fate: Fate; readonly at: number }>();
  /** True if the last look did not show whom the door still shows. */
  #isDoubted = false;

  /** @param video element that shows the camera */
  constructor(video: HTMLVideoElement) {
    this.#frames = new FrameReader(video);
    this.#timer = setInterval(() => this.#tick(), everyMs);
    const ends = [
      onEvent(({ type, picture_id }) => {
        const isShown = picture_id !== null && picture_id === this.view.value.shown?.result.db_id;
        if (isShown && (type === 'review' || type === 'deletion')) void this.#readReviews(picture_id);
      }),
      onMissed(() => void this.#readReviews(this.view.value.shown?.result.db_id ?? null)),
    ];
    const { signal } = this.#ended;
    signal.addEventListener('abort', () => {
      for (const end of ends) end();
    });
    const entries = () => (this.view.value.shown ? entriesIn(this.view.value.shown.result) : []);
    const isDoubted = () => this.#isDoubted;
    followEntries({ entries, isDoubted, learn: (id, fate) => this.#learn(id, fate) }, signal);
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
    this.#nextAt = ticks();
    this.#show({ shown: undefined });
  }

  /** Takes over what a person said of the match that is shown. An answer of before says less. */
  noteReview(reviewed: ImageProcessingResult): void {
    this.#reviews++;
    const { shown } = this.view.value;
    if (shown?.result.db_id !== reviewed.db_id) return;
    this.#show({ shown: afterReview(shown, reviewed, ticks()) });
  }

  /** Reads what people elsewhere said of the match that is shown, until an answer comes. */
  async #readReviews(id: number | null): Promise<void> {
    if (id === null) return;
    const turn = ++this.#reviews;
    const isWanted = () => turn === this.#reviews && this.view.value.shown?.result.db_id === id;
    try {
      const reviewed = await untilRead(() => getProcessed(id, this.#ended.signal));
      if (isWanted()) this.#hearReview(reviewed);
    } catch (error) {
      const { shown } = this.view.value;
      if (isGone(error) && shown && isWanted()) this.#show({ shown: afterDeletion(shown) });
    }
  }

  /** Takes over what others said. If they say after all that it is the listed person, it sounds again. */
  #hearReview(reviewed: ImageProcessingResult): void {
    const { shown: before } = this.view.value;
    this.noteReview(reviewed);
    this.#tell(before);
  }

  /** Takes over what has become of an entry. If it is in force again, or is a danger now, it sounds. */
  #learn(entryId: number, fate: Fate): void {
    const at = ticks();
    if (fate.force === 'listed') this.#fates.delete(entryId);
    else this.#fates.set(entryId, { fate, at });
    const { shown: before } = this.view.value;
    if (before === undefined) return;
    this.#show({ shown: afterFate(before, entryId, fate, at) });
    this.#tell(before);
  }

  /** Returns what a look found, without the force of entries that have lost it since it began. */
  #upToDate(looked: ImageProcessingResult, began: number): ImageProcessingResult {
    let result = looked;
    for (const [id, { fate, at }] of this.#fates) {
      if (at > began) result = withFate(result, id, fate, false);
      else this.#fates.delete(id);
    }
    return result;
  }

  /** Tells what is shown now, where that is another verdict than before. */
  #tell(before: Shown | undefined): void {
    const { shown } = this.view.value;
    if (shown === undefined || shown === before) return;
    if (isNews(before, shown)) this.#alarm(shown);
    const { text } = headlineOf(shown.result);
    if (before === undefined || text !== headlineOf(before.result).text) announce(text);
  }

  #tick(): void {
    const now = ticks();
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
    this.#show({ isDark: isDark(cells, this.view.value.isDark) });
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
      const keep = isToBeKept(this.view.value.shown, began) ? 'matches' : 'none';
      const result = await lookAtDoor(await toBase64(blob), keep, signal);
      if (this.#ended.signal.aborted) return;
      this.#presence.found(result.faces.length);
      if (began >= this.#nextAt) this.#take(result, blob, size, began);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      const isBusy = error instanceof RefusedError || !signal.aborted;
      this.#notBefore = ticks() + afterFailureMs;
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

  #take(looked: ImageProcessingResult, blob: Blob, size: Size, began: number): void {
    const now = ticks();
    const result = this.#upToDate(looked, began);
    const { shown: before, picture: pictureBefore } = this.view.value;
    noteOwnPicture(result);
    const shown = afterLook(before, result, began, now);
    const isFresh = shown !== undefined && shown.look !== before?.look;
    const fresh = isFresh && hasHit(shown) ? { url: URL.createObjectURL(blob), size } : undefined;
    const picture = isFresh ? fresh : pictureBefore;
    this.#show({ state: 'looking', error: undefined, shown, picture });
    this.#isDoubted = shown !== undefined && shown.seenAt !== began;
    this.#tell(before);
  }

  #alarm(shown: Shown): void {
    this.#show({ news: this.view.value.news + 1 });
    ring(dangersIn(shown).length > 0);
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
