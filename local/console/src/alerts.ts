import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { untilRead } from './api/again.ts';
import { isGone, RefusedError } from './api/client.ts';
import { serviceUrl } from './api/connection.ts';
import { getProcessed } from './api/endpoints.ts';
import { onBegun, onEvent, onMissed } from './api/live-events.ts';
import { unlessMistaken } from './api/mistaken.ts';
import { untilSilent } from './api/silence.ts';
import { checks } from './checks.ts';
import { ticks } from './clock.ts';
import { followEntries, reading } from './follow-entries.ts';
import { entriesIn, shows, withFate } from './model/fate.ts';
import { namesOf } from './model/verdict-words.ts';
import { type Comparison, hitsOf, isLapsed, judgePicture, reviewOf, withReviews } from './model/verdicts.ts';
import { gravest, newsFrom, readNews } from './open-matches.ts';
import { isSamePicture, type PictureName, RecentPictures } from './recent-pictures.ts';
import { keyOf, route } from './routes.ts';
import { ringOnce } from './sound.ts';
import { Store } from './store.ts';

/** Matches that came from elsewhere, and nobody here has acknowledged. */

export interface Alert {
  readonly pictureId: number;
  /** Empty while the record can't be read. */
  readonly names: readonly string[];
  readonly isDanger: boolean;
  readonly source: string | null;
  readonly time: string;
}

/** Danger first, and then the newest. */
export const alerts = new Store<readonly Alert[]>([]);
const maxAlerts = 20;
/** Time in which this page's own check gets its answer, which shows the match already. */
const ownCheckMs = 1_500;

/** Time after which an alert waits no longer for its names. */
const lateMs = 4_000;

/** Pictures whose match a page shows already, such as the door's. */
const ownPictures = new RecentPictures(100);

/** Notes that a page shows this match, so that no alert tells of it once more. */
export function noteOwnPicture({ db_id, processing_timestamp }: ImageProcessingResult): void {
  if (db_id !== null) ownPictures.add({ id: db_id, time: processing_timestamp });
}

/** A picture with a match of which nobody here has acknowledged the alert. */
interface Watched {
  readonly pictureId: number;
  readonly time: string;
  /** As the list and people's verdicts are now; undefined until the record was read. */
  result?: ImageProcessingResult;
  /** True if an alert tells that there is a match, before anybody knows whose. */
  isTold?: boolean;
  /** Ends the newest reading of the record, whose answer alone counts. */
  reading?: AbortController;
}

const watched = new Map<number, Watched>();
/** Name under which a tab remembers the pictures, so that a page that is loaded anew alerts of them again. */
const keptKey = () => `face-blacklist.alerts ${serviceUrl.value?.href ?? ''}`;
/** Entries that have changed while no picture showed them. They are read once one does. */
const doubted = new Set<number>();

/** Takes back the alert of a picture, or all of them. */
export function acknowledge(pictureId?: number): void {
  if (pictureId === undefined) watched.clear();
  else watched.delete(pictureId);
  show();
}

/** Watches for matches. Returns a function that ends that. */
export function watchAlerts(): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const raised = new RecentPictures(1_000);
  const raiseOnce = (pictureId: number, time: string) => {
    if (raised.add({ id: pictureId, time })) setTimeout(() => raise(pictureId, time, signal), ownCheckMs);
  };
  for (const { pictureId, time } of keptByTab()) {
    raised.add({ id: pictureId, time });
    raise(pictureId, time, signal);
  }
  const isNews = newsFrom(ticks(), signal);
  const readAll = () => {
    for (const one of watched.values()) void read(one, signal);
  };
  const catchUp = async () => {
    const news = await readNews(await isNews, signal);
    for (const result of gravest(news, maxAlerts).toReversed()) {
      for (const entry of entriesIn(result)) doubted.add(entry.id);
      raiseOnce(result.db_id ?? 0, result.processing_timestamp ?? new Date().toISOString());
    }
  };
  const ends = [
    onEvent(({ type, picture_id: pictureId, entry_id: entryId, time }) => {
      if (type === 'match' && pictureId !== null) raiseOnce(pictureId, time);
      if (type === 'entry' && entryId !== null && !isWatched(entryId)) doubted.add(entryId);
      const one = pictureId === null ? undefined : watched.get(pictureId);
      if (one && (type === 'review' || type === 'deletion')) void read(one, signal);
      else if (type === 'deletion' && pictureId === null) readAll();
    }),
    // One may have come after the page had read the newest, and before it followed the events.
    onBegun(() => void catchUp().catch(() => {})),
    onMissed(() => {
      readAll();
      catchUp().catch(() => {});
    }),
  ];
  followWatched(signal);
  isNews.catch(() => {});
  return () => {
    ended.abort();
    for (const end of ends) end();
  };
}

/** Changes alerts with the list: a suspended entry has none, and who becomes dangerous sounds once more. */
function followWatched(signal: AbortSignal): void {
  followEntries(
    {
      entries: () => [...watched.values()].flatMap(({ result }) => (result ? entriesIn(result) : [])),
      // Each doubt is read about once.
      isDoubted: ({ id }) => doubted.delete(id),
      learn(entryId, fate) {
        for (const one of watched.values()) {
          if (one.result) one.result = withFate(one.result, entryId, fate, false);
        }
        show();
      },
    },
    signal,
  );
}

const isWatched = (entryId: number) =>
  [...watched.values()].some(({ result }) => result && shows(result, entryId));

/** Lists the pictures that were watched when the page was left. */
function keptByTab(): Pick<Watched, 'pictureId' | 'time'>[] {
  return JSON.parse(sessionStorage.getItem(keptKey()) ?? '[]');
}

/** Begins to watch a picture, unless it is before somebody's eyes. */
function raise(pictureId: number, time: string, signal: AbortSignal): void {
  const isOpened = keyOf(route.value) === keyOf({ page: 'processed', id: pictureId });
  if (signal.aborted || isShownHere({ id: pictureId, time }) || isOpened) return;
  const one: Watched = { pictureId, time };
  watched.set(pictureId, one);
  // It is kept before anybody knows whose it is.
  show();
  void read(one, signal);
}

/**
 * Reads what people have said of a watched picture. While its record can't be read for the first time, the
 * alert tells that there is a match, and is filled in later.
 */
async function read(one: Watched, signal: AbortSignal): Promise<void> {
  one.reading?.abort();
  one.reading = new AbortController();
  const mayRead = AbortSignal.any([signal, one.reading.signal]);
  const isOutdated = () => mayRead.aborted || watched.get(one.pictureId) !== one;
  const tell = () => {
    if (isOutdated()) return;
    one.isTold = true;
    show();
  };
  const ask = () => untilSilent(mayRead, (heard) => getProcessed(one.pictureId, heard));
  const get = () => unlessMistaken(ask);
  const late = setTimeout(tell, lateMs);
  try {
    const read = await untilRead(() => (one.result ? reading(get) : get()), tell);
    if (isOutdated()) return;
    take(one, read);
  } catch (error) {
    if (isOutdated()) return;
    // The record is gone, or the role may no longer see it.
    const isClosed = isGone(error) || (error instanceof RefusedError && error.status === 403);
    if (isClosed) watched.delete(one.pictureId);
    else one.isTold = true;
  } finally {
    clearTimeout(late);
  }
  show();
}

/** Takes over a record, which tells of entries as they were when the picture came. */
function take(one: Watched, read: ImageProcessingResult): void {
  const { result: known } = one;
  const entries = entriesIn(read);
  if (known && entries.every(({ id }) => shows(known, id))) {
    one.result = withReviews(known, read);
    return;
  }
  // Nobody has read what became of others, such as the one that an entry was merged into.
  if (known) for (const { id } of entries) doubted.add(id);
  one.result = read;
}

/** Returns true if a page shows the picture's match by itself. */
function isShownHere(picture: PictureName): boolean {
  const isIt = (result: ImageProcessingResult) =>
    isSamePicture({ id: result.db_id, time: result.processing_timestamp }, picture);
  return ownPictures.has(picture) || checks.value.some(({ result }) => result && isIt(result));
}

/** Lists the alert of a picture as long as nobody has decided on somebody in it who is in force. */
function alertsOf({ pictureId, time, result, isTold = false }: Watched): Alert[] {
  if (isShownHere({ id: pictureId, time })) return [];
  if (result === undefined) {
    return isTold ? [{ pictureId, names: [], isDanger: false, source: null, time }] : [];
  }
  const open = hitsOf(judgePicture(result))
    .map(({ comparison }) => comparison)
    .filter((comparison) => comparison.likeness === 'match' && isUndecided(comparison));
  if (open.length === 0) return [];
  const isDanger = open.some(({ entry }) => entry.severity === 'danger');
  return [{ pictureId, names: namesOf(open), isDanger, source: result.source, time }];
}

/** Returns true if it may be somebody in force: whoever was unsure has left it to others. */
function isUndecided(comparison: Comparison): boolean {
  const verdict = reviewOf(comparison)?.verdict ?? 'open';
  return (verdict === 'open' || verdict === 'unsure') && !isLapsed(comparison);
}

/** Shows the alerts that there are by now. It sounds for each new one, and once danger is known. */
function show(): void {
  const before = new Map(alerts.value.map((alert) => [alert.pictureId, alert]));
  const all = [...watched.values()]
    .flatMap(alertsOf)
    .sort((one, other) => Number(other.isDanger) - Number(one.isDanger) || timeOf(other) - timeOf(one));
  for (const { pictureId } of all.splice(maxAlerts)) {
    // One that nobody has read yet may be a danger.
    if (watched.get(pictureId)?.result !== undefined) watched.delete(pictureId);
  }
  alerts.set(all);
  const kept = [...watched.values()].map(({ pictureId, time }) => ({ pictureId, time }));
  sessionStorage.setItem(keptKey(), JSON.stringify(kept));
  const news = all.filter(({ pictureId, isDanger }) => {
    const known = before.get(pictureId);
    return known === undefined || (isDanger && !known.isDanger);
  });
  if (news.length > 0) ringOnce(news.some(({ isDanger }) => isDanger));
}

const timeOf = ({ time }: Alert) => Date.parse(time);
