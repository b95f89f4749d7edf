import { ticks } from './clock.ts';
import { Store } from './store.ts';

/** Sounds that tell of matches, once somebody has allowed them. */

/** Answer to the question for sound: undefined until it was asked. */
export const hasSound = new Store<boolean | undefined>(undefined);

const soundKey = 'face-blacklist.sound';
const kept = localStorage.getItem(soundKey);
if (kept !== null) hasSound.set(kept === 'on');

/** True until somebody presses anything: before it, browsers let a page neither sound nor vibrate. */
export const waitsForPress = new Store(navigator.userActivation?.hasBeenActive === false);
for (const kind of ['click', 'keyup']) addEventListener(kind, () => waitsForPress.set(false));

export function setSound(isOn: boolean): void {
  localStorage.setItem(soundKey, isOn ? 'on' : 'off');
  hasSound.set(isOn);
  if (isOn) sound(false);
}

/** Sounds for a match, if sound is wanted. */
export function ring(isDanger: boolean): void {
  if (hasSound.value) sound(isDanger);
}

/** Time in which one sound tells of several alerts. A danger sounds after others, too. */
const soundPauseMs = 2_000;
let rung = { at: Number.NEGATIVE_INFINITY, isDanger: false };

/** Sounds as `ring` does, and once for several matches at the same time. */
export function ringOnce(isDanger: boolean): void {
  if (ticks() - rung.at < soundPauseMs && (rung.isDanger || !isDanger)) return;
  rung = { at: ticks(), isDanger };
  ring(isDanger);
}

const tones = { ordinary: [660, 880], danger: [880, 660, 880, 660] };
const toneSeconds = 0.18;
/** Time after which tones that a browser has held back are dropped. Later they would tell of nothing. */
const longestToneMs = 2_000;

/** Plays some tones, and lets a phone vibrate. A browser that allows neither stays silent. */
function sound(isDanger: boolean): void {
  navigator.vibrate?.(isDanger ? [300, 100, 300, 100, 300] : [200, 100, 200]);
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.value = 0.25;
  volume.connect(context.destination);
  const frequencies = isDanger ? tones.danger : tones.ordinary;
  setTimeout(() => void context.close(), longestToneMs);
  for (const [index, frequency] of frequencies.entries()) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + index * toneSeconds);
    tone.stop(context.currentTime + (index + 1) * toneSeconds);
  }
}
