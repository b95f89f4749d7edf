import { useEffect, useRef } from 'preact/hooks';

/** Windows in which the faces stand beside their buttons. */
const lowWindow = '(max-height: 24rem), (max-width: 19rem)';
/** Events of a person who scrolls. */
const scrolls = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

/**
 * Brings the verdict to the top of the window when another one comes, once it is known, and when a phone is
 * turned. In between the person scrolls freely.
 *
 * @param key names whoever or whatever the verdict is about; undefined while there is none
 * @param isThere true once the verdict is known
 */
export function useVerdictInSight(key: string | number | undefined, isThere = true): void {
  const hasScrolled = useRef(true);
  useEffect(() => {
    if (key === undefined) return;
    bringVerdict();
    hasScrolled.current = false;
    const ended = new AbortController();
    const { signal } = ended;
    const note = () => {
      hasScrolled.current = true;
    };
    for (const kind of scrolls) addEventListener(kind, note, { signal, passive: true });
    let width = innerWidth;
    // A phone's bars come and go while somebody scrolls, and change the height alone.
    const turn = () => {
      if (innerWidth !== width) bringAfterTurn();
      width = innerWidth;
    };
    addEventListener('resize', turn, { signal });
    matchMedia(lowWindow).addEventListener('change', bringAfterTurn, { signal });
    return () => ended.abort();
  }, [key]);
  useEffect(() => {
    // Below an alert, Firefox keeps in its place what the verdict pushes down, and scrolls the verdict away.
    if (isThere && !hasScrolled.current) bringVerdict();
  }, [isThere]);
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
