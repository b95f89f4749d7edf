import type { Pyramid } from '../geometry/pyramid.ts';

/**
 * Does some work on each of the items, and lets others do a part of it.
 * @param work name of the work, by which others know what to do
 * @param own does the work here
 */
export type Share<Work extends string> = <Item, Result>(
  work: Work,
  pyramid: Pyramid,
  items: readonly Item[],
  own: (items: readonly Item[]) => Promise<Result[]>,
) => Promise<Result[]>;

/** The detector's work that may be shared: BlazeFace's looks, and those of the mesh. */
export type LookWork = 'looks' | 'meshes';
