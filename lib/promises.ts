import type { LimitFunction } from 'p-limit';

/**
 * Waits until all promises have settled. It then returns their values, or throws the first error in their
 * order. Unlike with `Promise.all`, nothing is running when it throws, so that the caller can undo the work.
 */
export async function allOrFirstError<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  const outcomes = await Promise.allSettled(promises);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return Promise.all(promises) as Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }>;
}

/**
 * Runs `work` on each item as the limiter allows. After a failure it begins no further item, because that
 * would most likely fail too. It throws the failure when the items in progress have ended.
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
