import { useEffect } from 'preact/hooks';

/**
 * Brings the verdict to the top of the window when another one comes. In between the person scrolls freely.
 *
 * @param key names whoever or whatever the verdict is about; undefined while there is none
 */
export function useVerdictInSight(key: string | number | undefined): void {
  useEffect(() => {
    const bar = key === undefined ? null : document.querySelector('main .verdict-bar');
    if (bar === null) return;
    const { top, bottom } = bar.getBoundingClientRect();
    const covered = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
    const isHidden = top < covered || bottom > innerHeight;
    // In a low window the faces below it need the room above it.
    if (isHidden || matchMedia('(max-height: 24rem)').matches) bar.scrollIntoView({ block: 'start' });
  }, [key]);
}
