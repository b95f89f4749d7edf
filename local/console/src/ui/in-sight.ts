import { useEffect } from 'preact/hooks';

/** Windows that have another layout. A phone's bars come and go without one. */
const turns = ['(max-height: 24rem)', '(orientation: landscape)'];

/**
 * Brings the verdict to the top of the window when another one comes, and when a phone is turned. In between
 * the person scrolls freely.
 *
 * @param key names whoever or whatever the verdict is about; undefined while there is none
 */
export function useVerdictInSight(key: string | number | undefined): void {
  useEffect(() => {
    if (key === undefined) return;
    bringVerdict();
    const turning = new AbortController();
    for (const turn of turns) {
      matchMedia(turn).addEventListener('change', bringAfterTurn, { signal: turning.signal });
    }
    return () => turning.abort();
  }, [key]);
}

/** Leaves alone who writes: the keys of a phone make its window low, too. */
function bringAfterTurn(): void {
  if (document.activeElement?.matches('input, textarea, select')) return;
  requestAnimationFrame(bringVerdict);
}

function bringVerdict(): void {
  const bar = document.querySelector('main .verdict-bar');
  if (bar === null) return;
  const { top, bottom } = bar.getBoundingClientRect();
  const covered = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
  const isHidden = top < covered || bottom > innerHeight;
  // In a low window the faces below it need the room above it.
  if (isHidden || matchMedia('(max-height: 24rem)').matches) bar.scrollIntoView({ block: 'start' });
}
