import { isUnusablePicture, ServiceError } from '../errors.ts';

/** A store or a backend that can tell whether it can be used. */
export interface Checkable {
  check(): Promise<void>;
}

/**
 * Does one part of a long task. When that fails while the stores can be used, it alone is left undone:
 * returns why, in a line, and `undefined` when it was done.
 * @throws BackendUnavailableError, ThrottledError when one of the stores can't be used: the rest of the task
 * would fail too.
 */
export async function failureOf(
  stores: readonly Checkable[],
  work: () => Promise<void>,
): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (!isUnusablePicture(error)) await Promise.all(stores.map((store) => store.check()));
    return reasonOf(error);
  }
}

/** Joins the messages of an error and its causes. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${reasonOf(error.cause)}`.trim() : '';
}
