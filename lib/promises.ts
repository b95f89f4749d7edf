import type { LimitFunction } from 'p-limit';

/**
 * Waits until all have ended, then gives their values, or throws the first one's error: unlike `Promise.all`, nothing is still under
 * way when it throws, so that what was done can be undone.
 */
export async function allOrFirstError<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  const outcomes = await Promise.allSettled(promises);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return Promise.all(promises) as Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }>;
}

/**
 * Works on the items as their turns come. After a failure no further one is begun, which would most likely fail as well, after as long a
 * time: the failure is thrown when those under way have ended.
 */
export async function allInTurns<Item, Result>(
  items: readonly Item[],
  turn: LimitFunction,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  let failure: { readonly error: unknown } | undefined;
  const unlessFailed = async (item: Item) => {
    if (failure) throw failure.error;
    try {
      return await work(item);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  };
  return allOrFirstError(items.map((item) => turn(() => unlessFailed(item))));
}
