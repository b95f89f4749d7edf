import { createHmac } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import type { MatchEvent } from '../contract/match-event.ts';

/** A receiver must have answered by then. */
export const attemptMs = 15_000;
/** What more there is of an answer's body is not read, nor what comes later. */
const maxAnswerBytes = 64 * 1024;
/** A longer pause than this is not kept, whatever `Retry-After` says. */
const longestRetryAfterMs = 60 * 60_000;

/** What became of an attempt to deliver an event. */
export type Attempt =
  | { readonly outcome: 'delivered' }
  | {
      /** `refused`: this event; `unreachable`: it takes none for now; `gone`: it wants no more. */
      readonly outcome: 'refused' | 'unreachable' | 'gone';
      /** In words that tell nothing of the URL. */
      readonly error: string;
      /** How long it wants to be left alone. */
      readonly retryAfterMs: number;
    };

/** These say something of the receiver, and not of the event. */
const unreachableStatuses: readonly number[] = [429, 502, 503, 504];

/**
 * Sends an event to a receiver, once, as Standard Webhooks says (https://www.standardwebhooks.com). Redirects are not followed.
 * @param secrets see `WebhookConfig`.
 */
export async function sendWebhook(
  url: string,
  event: MatchEvent,
  secrets: readonly string[],
  { dispatcher, signal }: { readonly dispatcher: Dispatcher; readonly signal: AbortSignal },
): Promise<Attempt> {
  const body = JSON.stringify(event);
  const id = event.data.picture_id;
  const timestamp = Math.floor(Date.now() / 1000);
  const { username, password } = new URL(url);
  const timeout = AbortSignal.timeout(attemptMs);
  try {
    const answer = await request(url, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'face-blacklist',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': secrets.map((secret) => sign(secret, id, timestamp, body)).join(' '),
        ...(username !== '' && { authorization: basicAuthorization(username, password) }),
      },
      body,
      signal: AbortSignal.any([signal, timeout]),
    });
    await answer.body.dump({ limit: maxAnswerBytes });
    return attemptOf(answer);
  } catch (error) {
    const words = timeout.aborted ? `No answer within ${attemptMs / 1000} seconds.` : wordsFor(error);
    return { outcome: 'unreachable', error: words, retryAfterMs: 0 };
  }
}

function sign(secret: string, id: string, timestamp: number, body: string): string {
  const prefix = 'whsec_';
  const key = secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function basicAuthorization(username: string, password: string): string {
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function attemptOf({ statusCode, headers }: Dispatcher.ResponseData): Attempt {
  if (statusCode >= 200 && statusCode < 300) return { outcome: 'delivered' };
  const isRedirect = statusCode >= 300 && statusCode < 400;
  return {
    outcome:
      statusCode === 410 ? 'gone' : unreachableStatuses.includes(statusCode) ? 'unreachable' : 'refused',
    error: `It answered ${statusCode}${isRedirect ? ', and redirects are not followed' : ''}.`,
    retryAfterMs: retryAfterMs(headers['retry-after']),
  };
}

/** Seconds, or a date (RFC 9110, section 10.2.3); 0 when there is none that can be read. */
function retryAfterMs(header: string | string[] | undefined): number {
  const text = String(header ?? '');
  const ms = /^\d+$/.test(text) ? 1000 * Number(text) : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}

/** The error's code alone: messages may have names and addresses in them. */
function wordsFor(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return `It could not be reached: ${code ?? name}.`;
}
