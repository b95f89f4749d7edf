import type { Language } from '../languages.ts';
import { language } from '../page-language.ts';
import { go } from '../routes.ts';
import { Store } from '../store.ts';
import { userPool as pool, serviceUrl } from './connection.ts';
import { answerToken, currentToken, forgetToken, tokenQuestion } from './token.ts';

/**
 * Sign-in at a user pool of Cognito's, as OAuth has it for pages: an authorization code with PKCE. The page
 * never sees a password. What it gets is kept for this tab's session.
 */

/** Secrets of a sign-in, kept while a person is at the pool's page: by them its answer is known again. */
interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Page to go back to: the address's part behind `#`. */
  readonly hash: string;
}

/** The pool's answer to a code, or to the token of an earlier answer. */
interface Tokens {
  readonly id_token: string;
  /** Token for a new answer; left out where the one that was sent goes on. */
  readonly refresh_token?: string;
  readonly expires_in: number;
}

/** State of a sign-in, kept beside the token that calls carry. */
interface Session {
  readonly refresh_token: string | undefined;
  readonly renewed_at: number;
  readonly ends_at: number;
}

/** Name of whoever is signed in. */
export const signedInAs = new Store<string | undefined>(undefined);

const beginKey = 'face-blacklist.sign-in';
const sessionKey = 'face-blacklist.session';
/** A token that ends so soon is renewed before a call: it might end on the way. */
const earlyMs = 60_000;
/** A token that is refused so soon after it came would be refused again. */
const tooSoonMs = 10_000;
const tokenTimeoutMs = 20_000;
/** Languages of the pool's pages, which have no Arabic. */
const poolLanguages: Readonly<Partial<Record<Language, string>>> = {
  en: 'en',
  es: 'es',
  de: 'de',
  fr: 'fr',
  pt: 'pt-BR',
};

/**
 * Takes the pool's answer from the page's address, or sends the person there if nobody is signed in.
 * Resolves to false if the page is being left.
 */
export async function startSignIn(): Promise<boolean> {
  if (pool.value === undefined) return true;
  const answer = new URLSearchParams(location.search);
  if (answer.has('state') || answer.has('code') || answer.has('error')) {
    await take(answer);
    return true;
  }
  noteName(currentToken());
  if (currentToken() !== undefined) return true;
  await goToSignIn();
  return false;
}

/** Leaves for the pool's page. It comes back to the part of the console that is shown now. */
export async function goToSignIn(): Promise<void> {
  if (pool.value === undefined) return;
  const { url, client_id } = pool.value;
  const begun: Begun = { state: secret(), nonce: secret(), verifier: secret(), hash: location.hash };
  sessionStorage.setItem(beginKey, JSON.stringify(begun));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: pageAddress(),
    scope: 'openid email',
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await challengeOf(begun.verifier),
    code_challenge_method: 'S256',
    lang: poolLanguages[language.value] ?? 'en',
  });
  location.assign(new URL(`/oauth2/authorize?${query}`, url));
}

/** Takes a token for the code of an answer that belongs to a sign-in of this tab, and to no other. */
async function take(answer: URLSearchParams): Promise<void> {
  const begun = takeBegun();
  // The code is worth nothing any more once it is used; it need not stay in the address either.
  history.replaceState(null, '', `${location.pathname}${location.hash}`);
  if (begun !== undefined) go(begun.hash, { replace: true });
  const code = answer.get('code');
  try {
    if (begun === undefined || code === null || answer.get('state') !== begun.state) throw new Error();
    const tokens = await askTokens({
      grant_type: 'authorization_code',
      code,
      redirect_uri: pageAddress(),
      code_verifier: begun.verifier,
    });
    if (tokens === undefined || claimsOf(tokens.id_token).nonce !== begun.nonce) throw new Error();
    keep(tokens);
  } catch {
    // Whoever is signed in stays so: the answer was not asked for.
    if (currentToken() === undefined) tokenQuestion.set({ wasRefused: false, hasFailed: true });
  }
  noteName(currentToken());
}

function takeBegun(): Begun | undefined {
  const kept = sessionStorage.getItem(beginKey);
  sessionStorage.removeItem(beginKey);
  return kept === null ? undefined : (JSON.parse(kept) as Begun);
}

/** Renews the token if it ends soon. Without an answer it stays, and the service decides. */
export async function keepFresh(): Promise<void> {
  const session = readSession();
  if (session !== undefined && Date.now() > session.ends_at - earlyMs)
    await renew(session).catch(() => false);
}

/**
 * Renews a token that the service refused. Returns false if a person has to sign in again.
 * @throws Error if the pool does not answer
 */
export async function renewRefused(refused: string | undefined): Promise<boolean> {
  if (pool.value === undefined) return false;
  if (refused !== undefined && currentToken() !== refused) return true;
  const session = readSession();
  return session !== undefined && Math.abs(Date.now() - session.renewed_at) > tooSoonMs && renew(session);
}

let renewing: Promise<boolean> | undefined;

/** Renews the token; calls that want it together wait for the same answer. */
function renew({ refresh_token }: Session): Promise<boolean> {
  if (refresh_token === undefined) return Promise.resolve(false);
  renewing ??= askTokens({ grant_type: 'refresh_token', refresh_token })
    .then((tokens) => {
      if (tokens !== undefined) keep({ refresh_token, ...tokens });
      return tokens !== undefined;
    })
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

/** Withdraws and forgets all tokens, and signs out at the pool, which asks for the password the next time. */
export function signOut(): void {
  if (pool.value === undefined) {
    forgetToken();
    return;
  }
  const { url, client_id } = pool.value;
  const token = readSession()?.refresh_token;
  if (token !== undefined) {
    const body = new URLSearchParams({ token, client_id });
    fetch(new URL('/oauth2/revoke', url), { method: 'POST', body, keepalive: true }).catch(() => {});
  }
  sessionStorage.clear();
  location.assign(new URL(`/logout?${new URLSearchParams({ client_id, logout_uri: pageAddress() })}`, url));
}

/** Asks the pool for tokens; undefined if it refuses. */
async function askTokens(fields: Readonly<Record<string, string>>): Promise<Tokens | undefined> {
  if (pool.value === undefined) return undefined;
  const { url, client_id } = pool.value;
  const response = await fetch(new URL('/oauth2/token', url), {
    method: 'POST',
    body: new URLSearchParams({ client_id, ...fields }),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(tokenTimeoutMs),
  });
  return response.ok ? ((await response.json()) as Tokens) : undefined;
}

function keep({ id_token, refresh_token, expires_in }: Tokens): void {
  const renewed_at = Date.now();
  const session: Session = { refresh_token, renewed_at, ends_at: renewed_at + 1000 * expires_in };
  sessionStorage.setItem(sessionStorageKey(), JSON.stringify(session));
  answerToken(id_token);
}

function readSession(): Session | undefined {
  if (pool.value === undefined) return undefined;
  const kept = sessionStorage.getItem(sessionStorageKey());
  return kept === null ? undefined : (JSON.parse(kept) as Session);
}

function sessionStorageKey(): string {
  return `${sessionKey} ${serviceUrl.value?.href ?? ''}`;
}

function noteName(idToken: string | undefined): void {
  const { email } = idToken === undefined ? {} : claimsOf(idToken);
  signedInAs.set(typeof email === 'string' ? email : undefined);
}

/** Reads what a token says. It came from the pool itself, by TLS, so nobody needs to check its signature. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const base64 = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Returns the page's address as the pool knows it: without query and fragment. */
function pageAddress(): string {
  return `${location.origin}${location.pathname}`;
}

/** Makes a text that nobody guesses. */
function secret(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
