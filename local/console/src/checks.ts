import pLimit from 'p-limit';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { isAway, isUnanswered, isWorkedOn, mayPass } from './api/again.ts';
import { lacks } from './api/caller.ts';
import { call, errorMessage, type Message, wordsOf } from './api/client.ts';
import { noteAnswer, pause, untilReachable } from './api/connection.ts';
import { processedImagePath, processImage, uploadPicture } from './api/endpoints.ts';
import { decode, type Size } from './api/pictures.ts';
import { inlineBytes, prepareForLine, toBase64, UnreadableFileError } from './api/prepare.ts';
import { type Press, pressedNow } from './api/token.ts';
import { ticks } from './clock.ts';
import { headlineOf, withoutComparing } from './model/verdict-words.ts';
import { hitsOf, isLapsed, judgePicture, reviewOf, withReviews } from './model/verdicts.ts';
import { announce } from './notices.ts';
import { randomKey } from './random-key.ts';
import { Store } from './store.ts';
import { texts } from './texts.ts';

/**
 * Pictures that are checked. They outlive the page, so a person who visits another page finds them unchanged.
 */

export interface Check {
  readonly id: number;
  readonly name: string;
  readonly source: File | string;
  /** Key by which the service knows the request again, so that a repeated one keeps nothing twice. */
  readonly key: string;
  readonly press: Press;
  /** File as it is sent, once it is prepared. A repeated request must send the same. */
  readonly prepared?: File;
  readonly state: 'waiting' | 'checking' | 'done' | 'failed';
  /** Share that is sent, 0..1, while that takes long. */
  readonly sent?: number | undefined;
  /** Displayed picture, a `blob:` address, and its size. It is set once the browser has read it. */
  readonly picture?: { readonly url: string; readonly size: Size };
  readonly result?: ImageProcessingResult;
  readonly error?: Message;
  /** True if it is no picture that this browser can read, so that another attempt is in vain. */
  readonly isUnreadable?: boolean | undefined;
  /** True while a lost answer is asked for again. */
  readonly isAskedAgain?: boolean;
  /** True once the record is gone from the history, so that nothing can be said of it any more. */
  readonly isErased?: boolean;
  /** Description of how the picture was changed before it was sent. */
  readonly note?: string;
}

export const maxChecks = 100;
/** Number of near misses requested for each face, for the question of another threshold. */
const candidates = 5;
const limit = pLimit(2);
/** Pictures whose answer was lost. */
const repeats = pLimit(2);
/** Attempts at one picture. More do not help one at which the line or the service breaks each time. */
const maxAttempts = 3;
/** The same while the service says that it works on it: for two minutes at least, as it waits, too. */
const maxBusyAttempts = 8;
const pauseMs = 1_000;
/** Time after which the page tells how much of a picture is sent. */
const tellAfterMs = 2_000;

export const checks = new Store<readonly Check[]>([]);
export const selectedCheck = new Store<number | undefined>(undefined);
/** Number of pictures that were not checked for lack of room, and that nobody has dismissed since. */
export const leftOut = new Store(0);

let lastId = 0;

/**
 * Begins to check pictures: files, or addresses that the service fetches. The oldest ones that are done with
 * make room for them. Where that is not enough, the rest is left out, and no verdict is shown in its place.
 */
export function startChecks(sources: readonly (File | string)[]): void {
  const tooMany = checks.value.length + sources.length - maxChecks;
  for (const { id } of checks.value.filter(isDoneWith).slice(0, Math.max(0, tooMany))) removeCheck(id);
  const room = maxChecks - checks.value.length;
  const added = sources.slice(0, room).map((source): Check => {
    const name = typeof source === 'string' ? source : source.name;
    return { id: ++lastId, name, source, key: randomKey(), press: pressedNow(), state: 'waiting' };
  });
  checks.update((before) => [...before, ...added]);
  leftOut.update((count) => count + sources.length - added.length);
  selectedCheck.set(added[0]?.id);
  for (const check of added) void run(check);
}

/** Returns true for a picture that is checked, and in which no match waits for a person's judgement. */
function isDoneWith({ state, result }: Check): boolean {
  return state === 'done' && !(result && hasOpen(result, ['match', 'possible']));
}

/** Returns true if a picture shows a match, or a near miss, that nobody has judged. */
export function hasOpen(result: ImageProcessingResult, likenesses: readonly string[]): boolean {
  return hitsOf(judgePicture(result)).some(
    ({ comparison }) =>
      likenesses.includes(comparison.likeness) && reviewOf(comparison) === null && !isLapsed(comparison),
  );
}

/** Checks a picture again. What the service answered about it before is asked anew. */
export function retryCheck(check: Check): void {
  change(check.id, { state: 'waiting', key: randomKey(), press: pressedNow(), isAskedAgain: false });
  void run(check);
}

export function removeCheck(id: number): void {
  const before = checks.value;
  const index = before.findIndex((check) => check.id === id);
  const url = before[index]?.picture?.url;
  if (url) URL.revokeObjectURL(url);
  const after = before.filter((check) => check.id !== id);
  checks.set(after);
  if (selectedCheck.value === id) selectedCheck.set((after[index] ?? after.at(-1))?.id);
}

/** Returns true for a picture of which nobody knows yet if somebody listed is in it. */
export const isUnchecked = ({ state }: Check) => state !== 'done';

/** Returns true for a picture whose check failed, and may do better another time. */
export const isRetryable = ({ state, isUnreadable }: Check) => state === 'failed' && !isUnreadable;

/** Takes back the pictures that wait for their turn. */
export function cancelWaiting(): void {
  for (const { id, state } of checks.value) if (state === 'waiting') removeCheck(id);
}

export function clearChecks(): void {
  for (const { picture } of checks.value) if (picture) URL.revokeObjectURL(picture.url);
  limit.clearQueue();
  repeats.clearQueue();
  checks.set([]);
  leftOut.set(0);
  selectedCheck.set(undefined);
}

/** Takes over what people said of a result's matches. */
export function noteReviews(id: number, reviewed: ImageProcessingResult): void {
  const { result } = checks.value.find((check) => check.id === id) ?? {};
  if (result !== undefined) change(id, { result: withReviews(result, reviewed) });
}

export function change(id: number, part: Partial<Check>): void {
  checks.update((all) => all.map((check) => (check.id === id ? { ...check, ...part } : check)));
}

/**
 * Shows a picture, unless its check was removed meanwhile.
 *
 * @throws UnreadableFileError if the browser can't read it
 */
async function showPicture(id: number, blob: Blob): Promise<void> {
  const url = URL.createObjectURL(blob);
  const image = await decode(url).catch(() => undefined);
  if (image !== undefined && checks.value.some((check) => check.id === id)) {
    change(id, { picture: { url, size: { width: image.naturalWidth, height: image.naturalHeight } } });
    return;
  }
  URL.revokeObjectURL(url);
  if (image === undefined) throw new UnreadableFileError(texts.frame.notReadable);
}

async function run({ id }: Check): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // The service holds a repeated request while it works on the first, and others go on meanwhile.
    const error = await (attempt === 1 ? limit : repeats)(() => attemptAt(id));
    const check = checks.value.find((one) => one.id === id);
    if (error === undefined || check === undefined) return;
    const isUnreadable = error instanceof UnreadableFileError;
    const message = isUnreadable ? { text: error.message } : errorMessage(error);
    const most = isWorkedOn(error) ? maxBusyAttempts : maxAttempts;
    if (attempt >= most || !mayPass(error)) return fail({ ...check, isUnreadable }, message);
    change(id, { state: 'waiting', isAskedAgain: isUnanswered(error) });
    await pause(attempt * pauseMs);
  }
}

/** Checks a picture. Returns what went wrong; undefined if it has a result, or was removed. */
async function attemptAt(id: number): Promise<unknown> {
  // A service that is away gets no more pictures: each of them would fail.
  await untilReachable();
  const check = checks.value.find((one) => one.id === id);
  if (check === undefined) return undefined;
  change(id, { state: 'checking', sent: undefined });
  try {
    const { source } = check;
    finish(check, await (typeof source === 'string' ? checkUrl(check, source) : checkFile(check, source)));
    return undefined;
  } catch (error) {
    if (isAway(error)) noteAnswer(false);
    return error;
  }
}

function finish(check: Check, result: ImageProcessingResult): void {
  if (result.error !== null) {
    fail(check, { text: result.error, isByService: true });
    return;
  }
  change(check.id, { state: 'done', result });
  const { text, detail } = headlineOf(result);
  announce(texts.checking.checked(check.name, text, lacks('desk') ? withoutComparing(detail) : detail));
}

function fail({ id, name, isUnreadable }: Check, error: Message): void {
  change(id, { state: 'failed', error, isUnreadable });
  announce(texts.checking.couldNotBeChecked(name, wordsOf(error)));
}

async function checkFile(check: Check, source: File): Promise<ImageProcessingResult> {
  const file = check.prepared ?? (await prepareFile(check, source));
  const { id, key: idempotencyKey, press } = check;
  const onSent = toldFrom(ticks() + tellAfterMs, (sent) => change(id, { sent }));
  const image =
    file.size > inlineBytes ? await uploadPicture(file, { ...press, onSent }) : await toBase64(file);
  return processImage(image, candidates, source.name, { idempotencyKey, ...press, onSent });
}

/** Returns a function that tells the share of a picture that is sent, in whole percent, from a time on. */
function toldFrom(time: number, tell: (sent: number) => void): (share: number) => void {
  let told = 0;
  return (share) => {
    const sent = Math.floor(share * 100) / 100;
    if (sent === told || ticks() < time) return;
    told = sent;
    tell(sent);
  };
}

async function prepareFile({ id }: Check, source: File): Promise<File> {
  const { file, note } = await prepareForLine(source);
  if (note !== undefined) change(id, { note });
  // The page must show the picture that it sends, because boxes are in that picture's pixels. A file that is
  // no picture is told here, since the service would take a short one for a path.
  await showPicture(id, file);
  change(id, { prepared: file });
  return file;
}

async function checkUrl({ id, key, press }: Check, url: string): Promise<ImageProcessingResult> {
  const result = await processImage(url, candidates, url, { idempotencyKey: key, ...press });
  // The service fetched the picture; this page loads from the service alone.
  if (result.db_id !== null && result.error === null) {
    const blob = await (await call(processedImagePath(result.db_id, 'original'))).blob();
    // The verdict counts also where the browser can't show the picture.
    await showPicture(id, blob).catch(() => {});
  }
  return result;
}
