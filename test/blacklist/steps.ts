import { BackendUnavailableError } from '../../lib/errors.ts';
import type { Stores } from '../../lib/ports.ts';

/** The ports as use cases call them, step by step, and ways to make one of the steps fail. */

/** An observer of every call of a port's method, by a name such as `records.createImage`. */
export interface Watcher {
  before(call: string): Promise<void>;
  after(call: string): Promise<void>;
}

/** Methods that yield their results one by one; all others return a promise. */
const listings: readonly string[] = ['images.list', 'faces.listFaces', 'records.listImagesByStatus'];
/** Methods that do nothing. */
const notSteps: readonly string[] = ['images.location'];

export function isListing(call: string): boolean {
  return listings.includes(call);
}

/** Wraps ports so that a watcher sees every call, and may interrupt it. */
export function watched<P extends Stores>(ports: P, watcher: Watcher): P {
  const watch = <T extends object>(portName: string, port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const call = `${portName}.${String(name)}`;
        if (notSteps.includes(call)) return value.bind(target);
        return (...options: unknown[]) => {
          const work = () => value.apply(target, options);
          return isListing(call) ? listWatched(call, work, watcher) : doWatched(call, work, watcher);
        };
      },
    });
  return {
    ...ports,
    records: watch('records', ports.records),
    images: watch('images', ports.images),
    faces: watch('faces', ports.faces),
  };
}

async function doWatched(call: string, work: () => Promise<unknown>, watcher: Watcher): Promise<unknown> {
  await watcher.before(call);
  const result = await work();
  await watcher.after(call);
  return result;
}

async function* listWatched(call: string, list: () => AsyncIterable<unknown>, watcher: Watcher) {
  await watcher.before(call);
  // The listing is read to its end first. Stopping for ever in the middle would leave a folder open.
  yield* await Array.fromAsync(list());
  await watcher.after(call);
}

/** A step of a use case: the moment before or after a call of a port's method. */
export interface Step {
  readonly when: 'before' | 'after';
  /** Name of the method, such as `records.createImage`. */
  readonly call: string;
  /** Number of the call among those of this method, from 1 on. */
  readonly number: number;
}

/**
 * Reads steps from words. `records.createImage` means before and after its first call, and with `2` behind
 * it, its second.
 */
export function steps(...names: string[]): [name: string, step: Step][] {
  return names.flatMap((name) =>
    (['before', 'after'] as const).map((when): [string, Step] => [`${when} ${name}`, stepOf(when, name)]),
  );
}

export function stepBefore(name: string): Step {
  return stepOf('before', name);
}

export function stepAfter(name: string): Step {
  return stepOf('after', name);
}

function stepOf(when: Step['when'], name: string): Step {
  const [call = '', number = '1'] = name.split(' ');
  return { when, call, number: Number(number) };
}

/** Wraps ports so that `happens` runs at one step. */
export function interrupted<P extends Stores>(ports: P, step: Step, happens: () => Promise<void>): P {
  const begun = { calls: 0 };
  const ended = { calls: 0 };
  const hook = (when: Step['when'], count: { calls: number }) => async (call: string) => {
    if (call === step.call && ++count.calls === step.number && when === step.when) await happens();
  };
  return watched(ports, { before: hook('before', begun), after: hook('after', ended) });
}

/** Error that clients get from `failing` ports. */
export const down = new BackendUnavailableError('The store is down.', 5);

/** Wraps ports so that one step fails once: before it does anything, or after it was done. */
export function failing<P extends Stores>(ports: P, step: Step): P {
  return interrupted(ports, step, () => Promise.reject(down));
}

/** The ports, of which one step fails so often that nobody tries any more. */
export function failingOn<P extends Stores>(ports: P, step: Step, attempts = 3): P {
  let failed = 0;
  const counts = { before: 0, after: 0 };
  const hook = (when: Step['when']) => async (call: string) => {
    if (call !== step.call || ++counts[when] < step.number || when !== step.when || failed === attempts)
      return;
    failed += 1;
    throw down;
  };
  return watched(ports, { before: hook('before'), after: hook('after') });
}
