import { isUnusablePicture, ServiceError } from '../errors.ts';

/** A store or a backend that can check itself. */
export interface Checkable {
  check(): Promise<void>;
}

/**
 * Does one part of a long task. If only this part fails, because the stores still work, the task can go on.
 * @returns the reason in one line if the part failed, `undefined` if it was done
 * @throws BackendUnavailableError, ThrottledError when one of the stores can't be used: the rest of the task
 *   would fail too
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
