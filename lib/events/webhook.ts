import { Webhook } from 'standardwebhooks';
import { type Dispatcher, request } from 'undici';
import { eventId, type ServiceEvent } from '../contract/match-event.ts';
import type { Attempt, EventTarget } from './port.ts';

/** Time in milliseconds within which a receiver must answer. */
export const attemptMs = 15_000;
/** Limit on an answer's body; the rest is not read. */
const maxAnswerBytes = 64 * 1024;
/** Limit on the pause that a receiver's `Retry-After` can impose. */
const longestRetryAfterMs = 60 * 60_000;

/** Statuses that are about the receiver, not about the event. */
const unreachableStatuses: readonly number[] = [429, 502, 503, 504];

export interface WebhookSettings {
  readonly url: string;
  /** Secrets that sign the event; see `WebhookConfig`. */
  readonly secrets: readonly string[];
  readonly dispatcher: Dispatcher;
}

/** Opens a receiver of webhooks, which takes one event at a time. */
export function openWebhook(settings: WebhookSettings): EventTarget {
  return {
    most: { events: 1, bytes: Number.POSITIVE_INFINITY },
    send: (events, signal) => Promise.all(events.map((event) => sendWebhook(settings, event, signal))),
  };
}

/**
 * Sends an event once, as Standard Webhooks specifies (https://www.standardwebhooks.com). It follows no
 * redirect.
 */
async function sendWebhook(
  { url, secrets, dispatcher }: WebhookSettings,
  event: ServiceEvent,
  signal?: AbortSignal,
): Promise<Attempt> {
  const body = JSON.stringify(event);
  const id = eventId(event);
  const now = new Date();
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
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': secrets.map((secret) => signed(secret, id, now, body)).join(' '),
        ...(username !== '' && { authorization: basicAuthorization(username, password) }),
      },
      body,
      signal: AbortSignal.any(signal ? [signal, timeout] : [timeout]),
    });
    await answer.body.dump({ limit: maxAnswerBytes });
    return attemptOf(answer);
  } catch (error) {
    const words = timeout.aborted ? `No answer within ${attemptMs / 1000} seconds.` : wordsFor(error);
    return { outcome: 'unreachable', error: words, retryAfterMs: 0 };
  }
}

function signed(secret: string, id: string, now: Date, body: string): string {
  const prefix = 'whsec_';
  // The package would base64-decode a plain text too.
  const key = secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), 'base64')
    : Buffer.from(secret);
  return new Webhook(key, { format: 'raw' }).sign(id, now, body);
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

/**
 * Parses `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). Returns 0 if there is none that can be
 * read.
 */
function retryAfterMs(header: string | string[] | undefined): number {
  const text = String(header ?? '');
  const ms = /^\d+$/.test(text) ? 1000 * Number(text) : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}

/** Describes a failure by the error's code alone, because messages may contain names and addresses. */
function wordsFor(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return `It could not be reached: ${code ?? name}.`;
}
