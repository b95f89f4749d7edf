import { Store } from '../store.ts';
import { serviceUrl } from './connection.ts';

/**
 * The bearer token, kept for this tab's session and for one service alone: another address never gets to see
 * it.
 */

/** Set while a person is asked for a token: whether the one that was sent was refused. */
export const tokenQuestion = new Store<{ readonly wasRefused: boolean } | undefined>(undefined);
/** True if there is a token that can be forgotten. */
export const hasToken = new Store(false);

let waiting: PromiseWithResolvers<void> | undefined;

function storageKey(): string {
  return `face-blacklist.token ${serviceUrl.value?.href ?? ''}`;
}

export function currentToken(): string | undefined {
  const token = sessionStorage.getItem(storageKey()) ?? undefined;
  hasToken.set(token !== undefined);
  return token;
}

/**
 * Waits for another token than the refused one; calls that are refused together wait for the same answer.
 * @throws the signal's reason when it is aborted first.
 */
export async function awaitToken(refused: string | undefined, signal?: AbortSignal): Promise<void> {
  if (currentToken() !== refused) return;
  waiting ??= Promise.withResolvers<void>();
  tokenQuestion.set({ wasRefused: refused !== undefined });
  const answered = waiting.promise;
  if (signal === undefined) return answered;
  await new Promise<void>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void answered.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

export function answerToken(token: string): void {
  sessionStorage.setItem(storageKey(), token);
  hasToken.set(true);
  tokenQuestion.set(undefined);
  waiting?.resolve();
  waiting = undefined;
}

/** Forgets the token, and with it all that it has shown. */
export function forgetToken(): void {
  sessionStorage.removeItem(storageKey());
  location.reload();
}
