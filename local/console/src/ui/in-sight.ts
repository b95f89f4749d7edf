import { useEffect } from 'preact/hooks';

/** Windows in which the faces stand beside their buttons. */
const lowWindow = '(max-height: 24rem)';

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
    const { signal } = turning;
    let width = innerWidth;
    // A phone's bars come and go while somebody scrolls, and change the height alone.
    const turn = () => {
      if (innerWidth !== width) bringAfterTurn();
      width = innerWidth;
    };
    addEventListener('resize', turn, { signal });
    matchMedia(lowWindow).addEventListener('change', bringAfterTurn, { signal });
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
  if (isHidden || matchMedia(lowWindow).matches) bar.scrollIntoView({ block: 'start' });
}
