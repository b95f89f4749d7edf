/** The way back: a page that is come back to shows what was seen when it was left. */

interface Place {
  readonly top: number;
  /** Address of the page that was gone to, whose link gets the focus. */
  readonly next: string;
}

/** Places of pages that were left, by address. */
const places = new Map<string, Place>();
const maxPlaces = 50;
/** Time in which a page gets what it shows, also on a slow line. */
const loadingMs = 15_000;

let shown = location.hash;
let isReturn = false;
/** True from the press of a page's own link back until the browser follows it. */
let isByLink = false;

// This page's content comes later than the browser would scroll.
history.scrollRestoration = 'manual';

const { navigation } = window as { navigation?: EventTarget };
navigation?.addEventListener('navigate', (event) => {
  isReturn = isByLink || (event as Event & { navigationType?: string }).navigationType === 'traverse';
  isByLink = false;
});
document.addEventListener('click', ({ target }) => {
  isByLink = target instanceof Element && target.closest('a.back') !== null;
  isReturn = isByLink;
});

/** Returns the address of the page that is shown. */
export const shownAddress = () => shown;

/**
 * Notes where a page was left. To be called before the next one is shown. Returns false if the address is
 * still that page's.
 */
export function noteLeaving(): boolean {
  if (location.hash === shown) return false;
  places.delete(shown);
  places.set(shown, { top: scrollY, next: location.hash });
  const [oldest] = places.keys();
  if (places.size > maxPlaces && oldest !== undefined) places.delete(oldest);
  shown = location.hash;
  return true;
}

/**
 * Scrolls to where the page was left, once it is long enough, and gives the focus back to the link. Returns
 * false if the page was come to anew. What a person does meanwhile ends it.
 */
export function comeBack(): boolean {
  const address = location.hash;
  const place = isReturn ? places.get(address) : undefined;
  isReturn = false;
  if (place === undefined) return false;
  const ended = new AbortController();
  const { signal } = ended;
  const go = () => {
    scrollTo({ top: place.top });
    const link = document.querySelector<HTMLElement>(`main a[href="${CSS.escape(place.next)}"]`);
    link?.focus({ preventScroll: true });
    if (link && scrollY >= place.top - 1) ended.abort();
  };
  const sizes = new ResizeObserver(go);
  signal.addEventListener('abort', () => sizes.disconnect());
  sizes.observe(document.body);
  for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
    addEventListener(type, () => ended.abort(), { signal });
  }
  // The browser may tell only now of the address whose page was shown at the press of its link.
  addEventListener('hashchange', () => location.hash !== address && ended.abort(), { signal });
  setTimeout(() => ended.abort(), loadingMs);
  return true;
}
