import type { PaginatedProcessedImages } from '../../../lib/contract/shapes.ts';
import { untilRead } from './api/again.ts';
import { isGone, RefusedError } from './api/client.ts';
import { getProcessed, listProcessed } from './api/endpoints.ts';
import { onEvent, onMissed } from './api/live-events.ts';
import { checks } from './checks.ts';
import { namesOf } from './model/verdict-words.ts';
import { hitsOf, judgePicture, reviewOf } from './model/verdicts.ts';
import { RecentIds } from './recent-ids.ts';
import { Store } from './store.ts';

/** Matches that came from elsewhere, and nobody here has acknowledged; and what is still to be reviewed. */

export interface Alert {
  readonly pictureId: number;
  /** Empty while the record can't be read. */
  readonly names: readonly string[];
  readonly isDanger: boolean;
  readonly source: string | null;
  readonly time: string;
}

/** Newest first. */
export const alerts = new Store<readonly Alert[]>([]);
/** Number of pictures with a match that nobody has judged; undefined until it is known. */
export const toReview = new Store<number | undefined>(undefined);
/** Answer to the question for sound: undefined until it was asked. */
export const hasSound = new Store<boolean | undefined>(undefined);

const soundKey = 'face-blacklist.sound';
const maxAlerts = 20;
/** Time in which this page's own check gets its answer, which shows the match already. */
const ownCheckMs = 1_500;

const kept = localStorage.getItem(soundKey);
if (kept !== null) hasSound.set(kept === 'on');

export function setSound(isOn: boolean): void {
  localStorage.setItem(soundKey, isOn ? 'on' : 'off');
  hasSound.set(isOn);
  if (isOn) sound(false);
}

/** Pictures whose match a page shows already, such as the door's. */
const ownPictures = new RecentIds<number>(100);

/** Notes that a page shows this match, so that no alert tells of it once more. */
export function noteOwnPicture(id: number): void {
  ownPictures.add(id);
}

/** Sounds for a match, if sound is wanted. */
export function ring(isDanger: boolean): void {
  if (hasSound.value) sound(isDanger);
}

export function acknowledge(): void {
  alerts.set([]);
}

/** Watches for matches. Returns a function that ends that. */
export function watchAlerts(): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const raised = new RecentIds<number>(1_000);
  const raiseOnce = (pictureId: number, time: string) => {
    if (raised.add(pictureId)) setTimeout(() => void raise(pictureId, time, signal), ownCheckMs);
  };
  // Matches of before are no news. The same answer tells how many there are.
  const countBefore = toReview.value;
  const newestBefore = readOpen(1, signal).then(({ items: [newest], total_items }) => {
    if (toReview.value === countBefore) toReview.set(total_items);
    return newest?.db_id ?? 0;
  });
  const catchUp = async () => {
    const [{ items }, before] = await Promise.all([readOpen(maxAlerts, signal), newestBefore]);
    for (const { db_id: id, processing_timestamp: time } of items.toReversed()) {
      if (id !== null && id > before) raiseOnce(id, time ?? new Date().toISOString());
    }
  };
  const ends = [
    onEvent(({ type, picture_id: pictureId, time }) => {
      if (pictureId === null) return;
      if (type === 'match') raiseOnce(pictureId, time);
      if (type === 'review' || type === 'deletion') withdraw(pictureId);
    }),
    onMissed(() => void catchUp().catch(() => {})),
  ];
  newestBefore.catch(() => {});
  return () => {
    ended.abort();
    for (const end of ends) end();
  };
}

/**
 * Alerts of a match. While its record can't be read, the alert tells that there is a match, and is filled in
 * later.
 */
async function raise(pictureId: number, time: string, signal: AbortSignal): Promise<void> {
  const unread: Alert = { pictureId, names: [], isDanger: false, source: null, time };
  let isTold = false;
  const tell = () => {
    if (isTold || signal.aborted || isShownHere(pictureId)) return;
    isTold = true;
    show(unread);
  };
  if (signal.aborted || isShownHere(pictureId)) return;
  try {
    const result = await untilRead(() => getProcessed(pictureId, signal), tell);
    const open = hitsOf(judgePicture(result))
      .map(({ comparison }) => comparison)
      .filter((comparison) => comparison.likeness === 'match' && reviewOf(comparison) === null);
    // Somebody has judged it, or deleted the entry, meanwhile.
    if (open.length === 0 || isShownHere(pictureId)) return withdraw(pictureId);
    const isDanger = open.some(({ entry }) => entry.severity === 'danger');
    show({ ...unread, names: namesOf(open), isDanger, source: result.source });
  } catch (error) {
    // The record is gone, or the role may no longer see it.
    const isClosed = isGone(error) || (error instanceof RefusedError && error.status === 403);
    if (isClosed) withdraw(pictureId);
    else tell();
  }
}

/** Returns true if a page shows the picture's match by itself. */
function isShownHere(pictureId: number): boolean {
  return ownPictures.has(pictureId) || checks.value.some(({ result }) => result?.db_id === pictureId);
}

/** Shows an alert, or more of one, and sounds. It sounds again once danger is known. */
function show(alert: Alert): void {
  const { pictureId, isDanger } = alert;
  const others = alerts.value.filter((other) => other.pictureId !== pictureId);
  const isNew = others.length === alerts.value.length;
  alerts.set([alert, ...others].slice(0, maxAlerts));
  if (isNew || isDanger) ring(isDanger);
}

function withdraw(pictureId: number): void {
  alerts.update((all) => all.filter((alert) => alert.pictureId !== pictureId));
}

/** Counts the pictures that wait for somebody's judgement, as soon as the service tells. */
export async function countToReview(signal: AbortSignal): Promise<void> {
  toReview.set((await readOpen(1, signal)).total_items);
}

/** Reads the newest pictures that wait for somebody's judgement, as soon as the service tells. */
function readOpen(limit: number, signal: AbortSignal): Promise<PaginatedProcessedImages> {
  return untilRead(() => listProcessed({ review: 'open' }, { limit, offset: 0 }, signal));
}

const tones = { ordinary: [660, 880], danger: [880, 660, 880, 660] };
const toneSeconds = 0.18;

/** Plays some tones, and lets a phone vibrate. A browser that allows neither stays silent. */
function sound(isDanger: boolean): void {
  navigator.vibrate?.(isDanger ? [300, 100, 300, 100, 300] : [200, 100, 200]);
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.value = 0.25;
  volume.connect(context.destination);
  const frequencies = isDanger ? tones.danger : tones.ordinary;
  for (const [index, frequency] of frequencies.entries()) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + index * toneSeconds);
    tone.stop(context.currentTime + (index + 1) * toneSeconds);
    if (index === frequencies.length - 1) tone.onended = () => void context.close();
  }
}
