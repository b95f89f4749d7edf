import { allOrFirstError } from '../../promises.ts';
import { crowdSize } from './crowd.ts';
import type { Pyramid } from './geometry/pyramid.ts';
import type { Part, PartWork } from './job.ts';

/** Lets idle workers do a part of this worker's job: of one job at a time, one piece of work at a time. */
export class Sharing {
  readonly #ask: (part: Part) => void;
  /** Takes the sizes of the workers' shares, this one's first. */
  takeShares: (shares: readonly number[]) => void = () => undefined;
  /** Takes the results of the others' shares; `undefined` for one that failed. */
  takeResults: (results: readonly (readonly unknown[] | undefined)[]) => void = () => undefined;

  constructor(ask: (part: Part) => void) {
    this.#ask = ask;
  }

  /** Does some work on each of the items, and does here what another worker failed to do. */
  async share<Item, Result>(
    work: PartWork,
    { smaller }: Pyramid,
    items: readonly Item[],
    own: (items: readonly Item[]) => Promise<Result[]>,
  ): Promise<Result[]> {
    if (items.length < crowdSize) return own(items);
    const sizes = new Promise<readonly number[]>((resolve) => {
      this.takeShares = resolve;
    });
    const results = new Promise<readonly (readonly unknown[] | undefined)[]>((resolve) => {
      this.takeResults = resolve;
    });
    this.#ask({ work, items, smaller });
    const [first = 0, ...others] = await sizes;
    const [done, more] = await allOrFirstError([own(items.slice(0, first)), results]);
    let next = first;
    for (const [index, size] of others.entries()) {
      const result = more[index] as readonly Result[] | undefined;
      done.push(...(result ?? (await own(items.slice(next, next + size)))));
      next += size;
    }
    return done;
  }
}
