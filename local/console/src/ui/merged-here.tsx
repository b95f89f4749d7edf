import { useEffect } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { inheritPictures } from '../draft.ts';
import { go, paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Notice } from './states.tsx';

/** Merge by somebody else, while the page showed the entry that went. */
interface Merge {
  /** Name of the entry that went; undefined if the page never showed it. */
  readonly name: string | undefined;
  readonly into: number;
  readonly hasPictures: boolean;
}

const lastMerge = new Store<Merge | undefined>(undefined);

/** Goes on to the page of the entry that stays, with the pictures that were chosen for the other one. */
export function goOn(from: { readonly id: number; readonly name: string | undefined }, into: number): void {
  lastMerge.set({ name: from.name, into, hasPictures: inheritPictures(from.id, into) });
  go(paths.entry(into), { replace: true });
}

/** Says on the page of the entry that stays why it is shown, until that page is left. */
export function MergedHere({ entry: { id, name } }: { entry: BlacklistRecord }) {
  const merge = useStore(lastMerge);
  useEffect(() => () => lastMerge.set(undefined), []);
  if (merge?.into !== id || !(merge.name !== undefined || merge.hasPictures)) return null;
  return (
    <div role="alert">
      <Notice kind="info">
        {merge.name !== undefined && texts.people.wasMerged(merge.name, name)}{' '}
        {merge.hasPictures && texts.people.picturesHere}
      </Notice>
    </div>
  );
}
