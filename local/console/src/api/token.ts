import { Store } from '../store.ts';
import { serviceUrl } from './connection.ts';

/** Bearer token, kept for this tab's session and for one service. No other address ever receives it. */

/** Question for a token, while a person is asked for one. */
export interface TokenAsked {
  /** True if the token that was sent was refused. */
  readonly wasRefused: boolean;
  /** True if a sign-in did not work. */
  readonly hasFailed?: boolean;
}

export const tokenQuestion = new Store<TokenAsked | undefined>(undefined);
/** True if there is a token that can be forgotten. */
export const hasToken = new Store(false);

/** Number of tokens that people have entered. Each may be that of somebody else. */
export const tokensEntered = new Store(0);

/** Moment at which a person pressed something, told by the tokens that were entered before. */
export interface Press {
  readonly pressedAt: number;
}

export const pressedNow = (): Press => ({ pressedAt: tokensEntered.value });

let waiting: PromiseWithResolvers<void> | undefined;

function storageKey(): string {
  return `face-blacklist.token ${serviceUrl.value?.href ?? ''}`;
}

export function currentToken(): string | undefined {
  const kept = sessionStorage.getItem(storageKey()) ?? undefined;
  // An earlier version kept what no header can hold, and then every call failed.
  const token = kept !== undefined && isSendable(kept) ? kept : undefined;
  hasToken.set(token !== undefined);
  return token;
}

/**
 * Waits for another token than the refused one. Calls that are refused together wait for the same answer.
 *
 * @throws the signal's reason if it is aborted first.
 */
export async function awaitToken(refused: string | undefined, signal?: AbortSignal): Promise<void> {
  if (currentToken() !== refused) return;
  waiting ??= Promise.withResolvers<void>();
  tokenQuestion.update((asked) => asked ?? { wasRefused: refused !== undefined });
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

/** Returns true if a header can hold the token: visible ASCII characters without spaces. */
export const isSendable = (token: string) => /^[\x21-\x7e]+$/.test(token);

/** Takes the token that a person entered. What others pressed before is not sent with it. */
export function enterToken(token: string): void {
  tokensEntered.update((count) => count + 1);
  answerToken(token);
}

/** Takes a token of the person who is here already, or who begins. */
export function answerToken(token: string): void {
  sessionStorage.setItem(storageKey(), token);
  hasToken.set(true);
  tokenQuestion.set(undefined);
  waiting?.resolve();
  waiting = undefined;
}

/** Forgets the token, and all data that was read with it. */
export function forgetToken(): void {
  sessionStorage.removeItem(storageKey());
  location.reload();
}
