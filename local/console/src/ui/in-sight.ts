import { useEffect, useRef } from 'preact/hooks';
<<<<<<< HEAD
import { ticks } from '../clock.ts';
import { onStill } from './steady.ts';

/** Windows in which the faces stand beside their buttons. */
const lowWindow = '(max-height: 24rem), (max-width: 19rem)';
/** Time in which a verdict is brought once more: an alert that comes with it can push it away. */
const againMs = 2_000;
/** What a person does who scrolls. */
=======

/** Windows in which the faces stand beside their buttons. */
const lowWindow = '(max-height: 24rem)';
/** Events of a person who scrolls. */
>>>>>>> main
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

<<<<<<< HEAD
/** Verdict that stays in sight until the person scrolls. */
interface Hold {
  bring(): void;
  end(): void;
}

/** Brings the verdict, and again if the page moves right after that, unless the person scrolls first. */
function holdInSight(): Hold {
  let until = 0;
  const ended = new AbortController();
  const { signal } = ended;
  const bring = () => {
    if (signal.aborted) return;
    until = ticks() + againMs;
    bringVerdict();
  };
  const endStill = onStill(() => {
    if (ticks() < until) bringVerdict();
  });
  const end = () => {
    ended.abort();
    endStill();
  };
  for (const kind of scrolls) addEventListener(kind, end, { signal, passive: true });
  bring();
  return { bring, end };
}

=======
>>>>>>> main
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
