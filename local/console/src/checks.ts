import pLimit from 'p-limit';
import type { BlacklistMatch, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { isAway, isUnanswered, isWorkedOn, mayPass } from './api/again.ts';
import { call, errorMessage, type Message, wordsOf } from './api/client.ts';
import { noteAnswer, pause, untilReachable } from './api/connection.ts';
import { processedImagePath, processImage, uploadPicture } from './api/endpoints.ts';
import { decode, type Size } from './api/pictures.ts';
import { inlineBytes, prepareForLine, toBase64, UnreadableFileError } from './api/prepare.ts';
import { headlineOf } from './model/verdict-words.ts';
import { randomKey } from './random-key.ts';
import { Store } from './store.ts';
import { texts } from './texts.ts';
import { announce } from './ui/live.tsx';

/**
 * Pictures that are checked. They outlive the page, so a person who visits another page finds them unchanged.
 */

export interface Check {
  readonly id: number;
  readonly name: string;
  readonly source: File | string;
  /** Key by which the service knows the request again, so that a repeated one keeps nothing twice. */
  readonly key: string;
  /** File as it is sent, once it is prepared. A repeated request must send the same. */
  readonly prepared?: File;
  readonly state: 'waiting' | 'checking' | 'done' | 'failed';
  /** Displayed picture, a `blob:` address, and its size. It is set once the browser has read it. */
  readonly picture?: { readonly url: string; readonly size: Size };
  readonly result?: ImageProcessingResult;
  readonly error?: Message;
  /** True if it is no picture that this browser can read, so that another attempt is in vain. */
  readonly isUnreadable?: boolean | undefined;
  /** True while a lost answer is asked for again. */
  readonly isAskedAgain?: boolean;
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
export const checks = new Store<readonly Check[]>([]);
export const selectedCheck = new Store<number | undefined>(undefined);

let lastId = 0;

/** Begins to check pictures: files, or addresses that the service fetches. Returns how many were too many. */
export function startChecks(sources: readonly (File | string)[]): number {
  const room = maxChecks - checks.value.length;
  const added = sources.slice(0, room).map((source): Check => {
    const name = typeof source === 'string' ? source : source.name;
    return { id: ++lastId, name, source, key: randomKey(), state: 'waiting' };
  });
  checks.update((before) => [...before, ...added]);
  if (added[0]) selectedCheck.set(added[0].id);
  for (const check of added) void run(check);
  return sources.length - added.length;
}

/** Checks a picture again. What the service answered about it before is asked anew. */
export function retryCheck(check: Check): void {
  change(check.id, { state: 'waiting', key: randomKey(), isAskedAgain: false });
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
  selectedCheck.set(undefined);
}

/** Takes over what people said of a result's matches. The kept result has no candidates and no notes. */
export function noteReviews(id: number, reviewed: ImageProcessingResult): void {
  const { result } = checks.value.find((check) => check.id === id) ?? {};
  if (result === undefined) return;
  const faces = result.faces.map((face) => {
    const kept = reviewed.faces.find(({ face_index }) => face_index === face.face_index);
    const known = [...(kept?.blacklist_matches ?? []), ...(kept?.near_misses ?? [])];
    const withReview = (match: BlacklistMatch): BlacklistMatch => {
      const same = known.find(({ entry }) => entry.id === match.entry.id);
      return same ? { ...match, review: same.review } : match;
    };
    return {
      ...face,
      blacklist_matches: face.blacklist_matches.map(withReview),
      near_misses: face.near_misses?.map(withReview) ?? null,
    };
  });
  change(id, { result: { ...result, faces } });
}

function change(id: number, part: Partial<Check>): void {
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
  change(id, { state: 'checking' });
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
  announce(texts.checking.checked(check.name, text, detail));
}

function fail({ id, name, isUnreadable }: Check, error: Message): void {
  change(id, { state: 'failed', error, isUnreadable });
  announce(texts.checking.couldNotBeChecked(name, wordsOf(error)));
}

async function checkFile(check: Check, source: File): Promise<ImageProcessingResult> {
  const file = check.prepared ?? (await prepareFile(check, source));
  const image = file.size > inlineBytes ? await uploadPicture(file) : await toBase64(file);
  return processImage(image, candidates, source.name, check.key);
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

async function checkUrl({ id, key }: Check, url: string): Promise<ImageProcessingResult> {
  const result = await processImage(url, candidates, url, key);
  // The service fetched the picture; this page loads from the service alone.
  if (result.db_id !== null && result.error === null) {
    const blob = await (await call(processedImagePath(result.db_id, 'original'))).blob();
    // The verdict counts also where the browser can't show the picture.
    await showPicture(id, blob).catch(() => {});
  }
  return result;
}
