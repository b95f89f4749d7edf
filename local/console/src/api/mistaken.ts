import { caller, lacks } from './caller.ts';
import { RefusedError, UnreachableError } from './client.ts';
import { getStatus } from './endpoints.ts';

/** Refusals for lack of rights: a gateway may refuse by mistake whom the service lets in. */

/** Asks who one is, and returns true if a refusal stands: the role may not see what the desk does. */
export async function isRefusedForGood(): Promise<boolean> {
  await getStatus().catch(() => {});
  // An earlier service does not tell the role.
  return caller.value === undefined || lacks('desk');
}

/**
 * Reads what the desk may see. A mistaken refusal becomes a lost answer, which is asked for again.
 *
 * @throws UnreachableError, and what `read` throws
 */
export async function unlessMistaken<Answer>(read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    const isForbidden = error instanceof RefusedError && error.status === 403;
    if (isForbidden && !(await isRefusedForGood())) throw new UnreachableError();
    throw error;
  }
}
