import { noteServiceTime, ticks } from '../clock.ts';
import { inPageLanguage } from '../service-words.ts';
import { isInEnglish, texts } from '../texts.ts';
import { refusals } from './caller.ts';
import { noteAnswer, serviceUrl } from './connection.ts';
import { sendTelling } from './sending.ts';
import { keepFresh, renewRefused } from './sign-in.ts';
import { awaitToken, currentToken, type Press, pressedNow } from './token.ts';

/** The service answered that it refuses, or can't do it. */
export class RefusedError extends Error {
  readonly status: number;
  /** Reasons, one for each refused picture. */
  readonly reasons: readonly string[];
  /** True if the message is the service's own text. */
  readonly isByService: boolean;
  /** Entry into which the missing one was merged; undefined if it was not. */
  readonly mergedInto: number | undefined;
  constructor(status: number, reason?: string, reasons: readonly string[] = [], mergedInto?: number) {
    super(reason ?? statusText(status));
    this.status = status;
    this.reasons = reasons;
    this.isByService = reason !== undefined;
    this.mergedInto = mergedInto;
  }
}

/** Returns true if the service does not have what was asked for. */
export const isGone = (error: unknown): error is RefusedError =>
  error instanceof RefusedError && error.status === 404;

/** No answer came. */
export class UnreachableError extends Error {
  constructor(message = texts.frame.unreachable) {
    super(message);
  }
}

/** Path that tells who asks. */
export const statusPath = 'api/v1/status';

/** `pressedAt` is that of the call, unless it does what was pressed before. */
export interface Call extends Partial<Press> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Body, sent as JSON unless it is a form. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Version of the entry that a change is for. */
  readonly version?: number | undefined;
  /** Key by which the service knows a repeated request again. */
  readonly idempotencyKey?: string | undefined;
  /** The last event that was seen of a stream. */
  readonly lastEventId?: string | undefined;
  /** True for a question that changes and keeps nothing, whatever its method is. */
  readonly isQuestion?: boolean;
  /** Called with the share of the body that is sent, 0..1. */
  readonly onSent?: (share: number) => void;
  /** True to send it even if the page is left at this moment. */
  readonly keepalive?: boolean;
}

/**
 * Calls the service, with the token if there is one. If the service requires another one, it asks the person.
 * Then it reads again, but changes nothing: another person may have entered it, and never pressed.
 *
 * @param path path below the service's address, without a slash in front.
 * @throws RefusedError, UnreachableError, the signal's reason
 */
export async function call(
  path: string,
  { method = 'GET', body, signal, version, idempotencyKey, lastEventId, ...options }: Call = {},
): Promise<Response> {
  const { keepalive = false, pressedAt = pressedNow().pressedAt, isQuestion = method === 'GET' } = options;
  const base = serviceUrl.value;
  if (base === undefined) throw new UnreachableError();
  // Small pictures of an address that never changes; the service says for how long.
  const isKeepable = method === 'GET' && path.includes('size=');
  for (;;) {
    await keepFresh();
    if (!isQuestion && pressedAt !== pressedNow().pressedAt) throw new RefusedError(401);
    const token = currentToken();
    const headers = new Headers();
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    if (body !== undefined && !(body instanceof FormData)) headers.set('Content-Type', 'application/json');
    // API Gateway sends bytes only to those who accept them first.
    if (isKeepable) headers.set('Accept', 'image/jpeg, */*');
    if (version !== undefined) headers.set('If-Match', `"${version}"`);
    if (idempotencyKey !== undefined) headers.set('Idempotency-Key', idempotencyKey);
    if (lastEventId !== undefined) headers.set('Last-Event-ID', lastEventId);
    const request: RequestInit = {
      method,
      headers,
      cache: isKeepable ? 'default' : 'no-store',
      credentials: 'omit',
      keepalive,
      body: body === undefined ? null : body instanceof FormData ? body : JSON.stringify(body),
      signal: signal ?? null,
    };
    const asked = ticks();
    const response = await answerOf(new URL(path, base), request, options.onSent);
    // A kept picture tells when it was answered first.
    if (!isKeepable) noteServiceTime(response.headers.get('Date'), asked);
    if (response.status === 401) await anotherToken(token, signal);
    else if (response.ok) return response;
    else {
      if (response.status === 403 && path !== statusPath) refusals.update((count) => count + 1);
      throw await refusal(response);
    }
  }
}

/** Gets another token than the refused one: by itself, or from a person. */
async function anotherToken(refused: string | undefined, signal: AbortSignal | undefined): Promise<void> {
  const isRenewed = await renewRefused(refused).catch(() => {
    throw new UnreachableError();
  });
  if (!isRenewed) await awaitToken(refused, signal);
}

/**
 * Sends a request, and returns its answer in JSON. The contract promises its type.
 *
 * @throws what `call` throws; UnreachableError also if the answer broke off
 */
export async function callJson<Answer>(path: string, options?: Call): Promise<Answer> {
  const response = await call(path, options);
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    throw new UnreachableError();
  }
}

/**
 * Sends a form to the address that the service gave, which may be a bucket's. So it sends no token, and a
 * failure says nothing about the service.
 *
 * @throws RefusedError, UnreachableError
 */
export async function sendForm(url: string, form: FormData, onSent?: Call['onSent']): Promise<void> {
  const request: RequestInit = { method: 'POST', body: form, credentials: 'omit' };
  const response = await (onSent ? sendTelling(url, request, onSent) : fetch(url, request)).catch(() => {
    throw new UnreachableError(texts.frame.notSentTo(new URL(url).host));
  });
  if (!response.ok) throw await refusal(response);
}

async function answerOf(url: URL, options: RequestInit, onSent: Call['onSent']): Promise<Response> {
  try {
    const response = await (onSent ? sendTelling(url, options, onSent) : fetch(url, options));
    noteAnswer(true);
    return response;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    noteAnswer(false);
    throw new UnreachableError();
  }
}

async function refusal(response: Response): Promise<RefusedError> {
  const { status } = response;
  // The service tells its versions and times, which say nothing to a person.
  if (status === 412) return new RefusedError(status);
  try {
    const { detail, errors, message, merged_into }: Record<string, unknown> = await response.json();
    const reasons = Array.isArray(errors) ? errors.map(String) : [];
    const mergedInto = typeof merged_into === 'number' ? merged_into : undefined;
    return new RefusedError(status, textOf(detail) ?? textOf(message), reasons, mergedInto);
  } catch {
    return new RefusedError(status);
  }
}

/** Returns a refusal's text. For an invalid request, it names the fault of each field. */
function textOf(detail: unknown): string | undefined {
  if (typeof detail === 'string' && detail !== '') return detail;
  if (!Array.isArray(detail)) return undefined;
  return detail
    .map(
      (problem: { loc?: unknown[]; msg?: unknown }) =>
        `${fieldWords(String(problem.loc?.at(-1) ?? ''))}: ${problem.msg ?? ''}`,
    )
    .join('; ');
}

/** Names a field as the page does, or else as the service does. */
function fieldWords(field: string): string {
  const { lastDay: expires_at, ...fields } = texts.people.fields;
  const names: Readonly<Record<string, string | undefined>> = { ...fields, expires_at };
  return names[field] ?? field;
}

function statusText(status: number): string {
  if (status === 401) return texts.frame.tokenChanged;
  if (status === 403) return texts.frame.notAllowed;
  if (status === 412) return texts.frame.changedMeanwhile;
  if (status === 413) return texts.frame.tooLarge;
  if (status === 429 || status === 503) return texts.frame.busy;
  return texts.frame.answeredWithError(String(status));
}

/** Message with its origin: the service's own is English, whatever the page's language is. */
export interface Message {
  readonly text: string;
  readonly isByService?: boolean;
  /** Words of the page before a sentence of the service that it can't translate. */
  readonly lead?: string;
}

/** Returns an error's message in words, with its origin. */
export function errorMessage(error: unknown): Message {
  if (!(error instanceof RefusedError || error instanceof UnreachableError)) {
    return { text: texts.frame.pageFailed };
  }
  const text = error.message;
  if (error instanceof UnreachableError || !error.isByService) return { text };
  const isKnown = isInEnglish() || inPageLanguage(text) !== undefined;
  return { text, isByService: true, ...(!isKnown && { lead: statusText(error.status) }) };
}

/** Writes a message in the page's language, as far as it can be. */
export function wordsOf({ text, isByService = false, lead }: Message): string {
  const words = (isByService ? inPageLanguage(text) : undefined) ?? text;
  return lead === undefined ? words : `${lead} ${words}`;
}

/** Returns an error's message in words for a person. */
export function errorText(error: unknown): string {
  return wordsOf(errorMessage(error));
}
