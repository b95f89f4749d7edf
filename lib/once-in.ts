/**
 * Wraps a function so that it runs at most once in this many milliseconds, and never twice at the same time.
 * Other calls get the result or error of the last run.
 */
export function onceIn<T>(milliseconds: number, work: () => Promise<T>): () => Promise<T> {
  let last: { readonly began: number; readonly outcome: Promise<T>; isDone: boolean } | undefined;
  return () => {
    const now = performance.now();
    if (last && (!last.isDone || now - last.began < milliseconds)) return last.outcome;
    const begun = { began: now, outcome: work(), isDone: false };
    const done = () => {
      begun.isDone = true;
    };
    begun.outcome.then(done, done);
    last = begun;
    return begun.outcome;
  };
}
