import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type MatchEvent, matchEventSource } from '../contract/match-event.ts';
import { BackendUnavailableError } from '../errors.ts';
import { log } from '../log.ts';

/** What PutEvents takes at once. */
export const maxEventsAtOnce = 10;

// Three attempts with the SDK's pauses end within half a minute.
const maxAttempts = 3;
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
const retryAfterSeconds = 5;

/** The account's default event bus. */
export interface EventBus {
  /**
   * Publishes events, `maxEventsAtOnce` and 256 KB at most; returns which of them were not taken.
   * @throws BackendUnavailableError when none was.
   */
  put(events: readonly MatchEvent[]): Promise<Set<MatchEvent>>;
}

/** Endpoint and credentials come from the SDK's own chain (`AWS_ENDPOINT_URL_EVENTBRIDGE`); nobody is called before the first use. */
export function openEventBus({ region }: { readonly region: string }): EventBus {
  const client = new EventBridgeClient({ region, maxAttempts, requestHandler: timeouts });
  return {
    async put(events) {
      const Entries = events.map((event) => ({
        Source: matchEventSource,
        DetailType: event.type,
        Detail: JSON.stringify(event),
        Time: new Date(event.timestamp),
      }));
      const { Entries: outcomes = [] } = await client
        .send(new PutEventsCommand({ Entries }))
        .catch((cause) => {
          throw new BackendUnavailableError('EventBridge is not available.', retryAfterSeconds, { cause });
        });
      const refused = events.filter((_, index) => outcomes[index]?.EventId === undefined);
      if (refused.length > 0) {
        const errors = [...new Set(outcomes.flatMap(({ ErrorCode }) => ErrorCode ?? []))];
        log().warn({ events: events.length, refused: refused.length, errors }, 'match events: refused');
      }
      return new Set(refused);
    },
  };
}
