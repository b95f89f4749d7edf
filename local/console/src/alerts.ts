import type { ServiceEvent } from '../../../lib/contract/endpoints/list-events.ts';
import { getProcessed, listProcessed } from './api/endpoints.ts';
import { onEvent } from './api/live-events.ts';
import { checks } from './checks.ts';
import { hitsOf, judgePicture } from './model/verdicts.ts';
import { Store } from './store.ts';

/** Matches that came from elsewhere, and nobody here has acknowledged; and what is still to be reviewed. */

export interface Alert {
  readonly pictureId: number;
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

/** Ids of the pictures whose match a page shows already, such as the door's; the latest last. */
const ownPictures = new Set<number>();
const maxOwnPictures = 100;

/** Notes that a page shows this match, so that no alert tells of it once more. */
export function noteOwnPicture(id: number): void {
  ownPictures.add(id);
  const [oldest] = ownPictures;
  if (ownPictures.size > maxOwnPictures && oldest !== undefined) ownPictures.delete(oldest);
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
  const end = onEvent((event) => {
    if (event.type === 'match') setTimeout(() => void raise(event), ownCheckMs);
    if (event.type === 'review' && event.picture_id !== null) {
      const { picture_id } = event;
      alerts.update((all) => all.filter(({ pictureId }) => pictureId !== picture_id));
    }
  });
  return end;
}

async function raise({ picture_id: pictureId, time }: ServiceEvent): Promise<void> {
  if (pictureId === null || ownPictures.has(pictureId)) return;
  if (checks.value.some(({ result }) => result?.db_id === pictureId)) return;
  const result = await getProcessed(pictureId).catch(() => undefined);
  if (result === undefined) return;
  const entries = hitsOf(judgePicture(result))
    .filter(({ comparison }) => comparison.likeness === 'match')
    .map(({ comparison }) => comparison.entry);
  const isDanger = entries.some(({ severity }) => severity === 'danger');
  const names = [...new Set(entries.map(({ name }) => name))];
  alerts.update((all) =>
    [{ pictureId, names, isDanger, source: result.source, time }, ...all].slice(0, maxAlerts),
  );
  ring(isDanger);
}

/** Counts the pictures that wait for somebody's judgement. */
export async function countToReview(): Promise<void> {
  const { total_items } = await listProcessed({ review: 'open' }, { limit: 1, offset: 0 });
  toReview.set(total_items);
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
