import { EventBridgeClient, PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { matchEventSource, type ServiceEvent } from '../contract/match-event.ts';
import { log } from '../log.ts';
import { withoutLog } from '../sdk-client.ts';
import type { Attempt, EventTarget } from './port.ts';

/** Limits of PutEvents, which takes 10 events and 256 KB at once. */
const most = { events: 10, bytes: 250_000 };

// Three attempts with the SDK's pauses end within half a minute.
const maxAttempts = 3;
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/**
 * Opens the account's default event bus. The SDK finds endpoint (`AWS_ENDPOINT_URL_EVENTBRIDGE`) and
 * credentials by itself. No request is sent before the first event.
 */
export function openEventBus({ region }: { readonly region: string }): EventTarget {
  const client = withoutLog(new EventBridgeClient({ region, maxAttempts, requestHandler: timeouts }));
  return {
    most,
    async send(events, signal) {
      const command = new PutEventsCommand({ Entries: events.map(entryOf) });
      try {
        const { Entries = [] } = await client.send(command, { ...(signal && { abortSignal: signal }) });
        const attempts = events.map((_, index) => attemptOf(Entries[index]));
        noteRefused(attempts);
        return attempts;
      } catch (error) {
        log().error({ err: error, events: events.length }, 'match events: EventBridge is not available');
        return events.map(() => ({ outcome: 'unreachable', error: nameOf(error), retryAfterMs: 0 }));
      }
    },
  };
}

function entryOf(event: ServiceEvent) {
  return {
    Source: matchEventSource,
    DetailType: event.type,
    Detail: JSON.stringify(event),
    Time: new Date(event.timestamp),
  };
}

function attemptOf(entry: PutEventsResultEntry | undefined): Attempt {
  if (entry?.EventId !== undefined) return { outcome: 'delivered' };
  return { outcome: 'refused', error: entry?.ErrorCode ?? 'It was not answered.', retryAfterMs: 0 };
}

function noteRefused(attempts: readonly Attempt[]): void {
  const errors = attempts.flatMap((attempt) => (attempt.outcome === 'delivered' ? [] : attempt.error));
  if (errors.length === 0) return;
  const counts = { events: attempts.length, refused: errors.length, errors: [...new Set(errors)] };
  log().warn(counts, 'match events: refused');
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
