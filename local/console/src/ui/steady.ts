import { ticks } from '../clock.ts';

/** Time for which nothing can be pressed once the page has moved. Who aimed before meant something else. */
const steadyMs = 500;
let timer: ReturnType<typeof setTimeout> | undefined;
let heldUntil = 0;

/** Ignores presses for a moment, because other things now lie under a thumb. Keys work on. */
export function steady(): void {
  const { classList } = document.documentElement;
  classList.add('moved');
  clearTimeout(timer);
  timer = setTimeout(() => classList.remove('moved'), steadyMs);
}

/** Ignores presses and the keys of verdicts for a moment, because somebody else is shown now. */
export function swapped(): void {
  steady();
  heldUntil = ticks() + steadyMs;
}

/** Returns true while the keys of verdicts are ignored. */
export const areKeysHeld = () => ticks() < heldUntil;
