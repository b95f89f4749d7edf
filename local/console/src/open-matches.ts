import type { ImageProcessingResult, PaginatedProcessedImages } from '../../../lib/contract/shapes.ts';
import { untilRead } from './api/again.ts';
import { listProcessed } from './api/endpoints.ts';
import { unlessMistaken } from './api/mistaken.ts';
import { serviceNow, ticks } from './clock.ts';
import { hitsOf, judgePicture } from './model/verdicts.ts';
import { Store } from './store.ts';

/** Pictures that wait for somebody's judgement: how many, and which have come since the page began. */

/** Number of pictures with a match that nobody has judged; undefined until it is known. */
export const toReview = new Store<number | undefined>(undefined);

/** Pictures among which the gravest are found when a page catches up, and how many are read at once. */
const maxCaughtUp = 1_000;
const readAtOnce = 100;
/** Error of the service's time, which answers tell in whole seconds. */
const clockErrorMs = 500;
/** Time after which a picture is news whatever its number: a backup that is put back repeats numbers. */
const repeatedAfterMs = 60_000;

/** Tells if a picture has come since the page began: matches of before are no news. */
type IsNews = (result: ImageProcessingResult) => boolean;

/**
 * Finds the newest picture that is to be judged as the page begins. The same answer tells how many there are.
 * After a failure it may be one of since, and the pictures' times decide.
 */
export async function newsFrom(began: number, signal: AbortSignal): Promise<IsNews> {
  const countBefore = toReview.value;
  let hasFailed = false;
  const onFailure = () => {
    hasFailed = true;
  };
  const { items, total_items } = await readOpen(1, signal, { onFailure });
  if (toReview.value === countBefore) toReview.set(total_items);
  const start = serviceNow() - (ticks() - began);
  const isSince = ({ processing_timestamp: time }: ImageProcessingResult, afterMs: number) =>
    Date.parse(time ?? '') > start + afterMs;
  if (hasFailed) return (result) => isSince(result, clockErrorMs);
  const newest = items[0]?.db_id ?? 0;
  return (result) => (result.db_id ?? 0) > newest || isSince(result, repeatedAfterMs);
}

/** Reads the news that are to be judged, newest first. */
export async function readNews(isNews: IsNews, signal: AbortSignal): Promise<ImageProcessingResult[]> {
  const news: ImageProcessingResult[] = [];
  // One alone tells mostly that there is none.
  for (let limit = 1; news.length < maxCaughtUp; limit = readAtOnce) {
    const beforeId = news.at(-1)?.db_id ?? undefined;
    const { items, total_items } = await readOpen(limit, signal, { beforeId });
    const found = items.filter(isNews);
    news.push(...found);
    if (found.length === 0 || found.length < items.length || items.length >= total_items) break;
  }
  return news;
}

/** Returns so many pictures, those with a danger first, newest first. */
export function gravest(results: readonly ImageProcessingResult[], most: number): ImageProcessingResult[] {
  const isDanger = (result: ImageProcessingResult) =>
    hitsOf(judgePicture(result)).some(({ comparison: { entry } }) => entry.severity === 'danger');
  const dangers = new Set(results.filter(isDanger));
  const others = results.filter((result) => !dangers.has(result));
  return [...dangers, ...others].slice(0, most);
}

/** Counts the pictures that wait for somebody's judgement, as soon as the service tells. */
export async function countToReview(signal: AbortSignal): Promise<void> {
  toReview.set((await readOpen(1, signal)).total_items);
}

/** Reads the newest pictures that wait for somebody's judgement, as soon as the service tells. */
function readOpen(
  limit: number,
  signal: AbortSignal,
  { beforeId, onFailure }: { beforeId?: number | undefined; onFailure?: () => void } = {},
): Promise<PaginatedProcessedImages> {
  const list = () => listProcessed({ review: 'open', beforeId }, { limit, offset: 0 }, signal);
  return untilRead(() => unlessMistaken(list), onFailure);
}
