import { useEffect } from 'preact/hooks';
import { Store } from './store.ts';

/** Number of changes whose answer is not there yet. The browser asks before the tab is left meanwhile. */
export const held = new Store(0);

/** Begins to hold the tab. Returns a function that ends that. */
export function holdTab(): () => void {
  held.update((count) => count + 1);
  return () => held.update((count) => count - 1);
}

/** Holds the tab while a part of the page waits for an answer. */
export function useHeldTab(isWaiting: boolean): void {
  useEffect(() => (isWaiting ? holdTab() : undefined), [isWaiting]);
}
