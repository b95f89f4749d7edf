/**
 * Waits until all have ended, then gives their values, or throws the first one's error: unlike `Promise.all`, nothing is still under
 * way when it throws, so that what was done can be undone.
 */
export async function allSettled<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  const outcomes = await Promise.allSettled(promises);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return Promise.all(promises) as Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }>;
}
