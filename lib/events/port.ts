import type { WebhookStatus } from '../contract/endpoints/status.ts';
import type { ServiceEvent } from '../contract/match-event.ts';

/** The outcome of an attempt to send an event. */
export type Attempt =
  | { readonly outcome: 'delivered' }
  | {
      /** `refused`: this event; `unreachable`: the target takes none for now; `gone`: it wants no more. */
      readonly outcome: 'refused' | 'unreachable' | 'gone';
      /** Words that tell nothing of the target's address. */
      readonly error: string;
      /** The time for which the target wants to be left alone. */
      readonly retryAfterMs: number;
    };

/**
 * Takes events. Webhooks and EventBridge are two targets; a third one is another file beside theirs.
 * @example
 * const [attempt] = await openWebhook({ url, secrets, dispatcher }).send([event]);
 */
export interface EventTarget {
  /** The largest call: so many events, and so many bytes of them as JSON. */
  readonly most: { readonly events: number; readonly bytes: number };
  /**
   * Sends events once, and tells the outcome of each, in their order. A target that fails is an outcome too.
   * @param signal cuts the attempt off
   * @throws Never: see `Attempt`.
   */
  send(events: readonly ServiceEvent[], signal?: AbortSignal): Promise<readonly Attempt[]>;
}

/**
 * Tells what a change of the records means for others: `Change` is the form in which the store's own stream brings it.
 * @example
 * const event = await openMatchStream({ region, tableName }).eventOf(record.dynamodb.NewImage);
 */
export interface MatchStream<Change> {
  /**
   * Makes the event of a picture in which somebody was found, without those who are not listed any more. Returns `undefined` when
   * nobody is left.
   * @throws BackendUnavailableError
   */
  eventOf(change: Change): Promise<ServiceEvent | undefined>;
}

/** A receiver of events. */
export interface Receiver {
  readonly id: number;
  readonly url: string;
}

/** An event that may be sent now. */
export interface DueDelivery {
  /** The id of the processed picture; negative where the event is of an entry. */
  readonly processedId: number;
  /** The number of times that the receiver has refused it. */
  readonly refusals: number;
}

/** Deliveries that were given up. */
export interface GivenUp {
  /** The receiver's origin. */
  readonly receiver: string;
  readonly processedIds: readonly number[];
}

/**
 * Keeps what is still to be told of processed pictures, and to whom. A record store fills it in the transaction that keeps a picture.
 * A delivery waits while an earlier one to the same receiver, for one of the same entries, is there.
 * @example
 * const [receiver] = await outbox.setReceivers(['https://example.com/hook']);
 * for (const { processedId } of outbox.due(receiver.id, 10)) await deliver(await outbox.event(processedId));
 */
export interface Outbox {
  /**
   * Makes these the receivers of whatever comes, in any process. Deliveries to others wait for them to come back until they are given up.
   * @throws BackendUnavailableError, DiskFullError
   */
  setReceivers(urls: readonly string[]): Promise<Receiver[]>;
  /**
   * Returns those that may be sent now, the longest due first. It answers at once: a delivery that ends meanwhile would be sent again.
   * @throws BackendUnavailableError
   */
  due(receiverId: number, limit: number): DueDelivery[];
  /**
   * Makes the event of a processed picture, without those who are not listed any more; `undefined` when nothing is left to tell.
   * @throws BackendUnavailableError
   */
  event(processedId: number): Promise<ServiceEvent | undefined>;
  /**
   * Notes that the receiver has the event.
   * @throws BackendUnavailableError
   */
  delivered(receiverId: number, processedId: number): Promise<void>;
  /**
   * Notes that there is nothing to tell the receiver.
   * @throws BackendUnavailableError
   */
  withdrawn(receiverId: number, processedId: number): Promise<void>;
  /**
   * Notes that the receiver did not take the event, which is to be tried again at `due`.
   * @throws BackendUnavailableError, DiskFullError
   */
  refused(receiverId: number, processedId: number, error: string, due: Date): Promise<void>;
  /**
   * Notes that the receiver takes nothing at all, for now.
   * @throws BackendUnavailableError, DiskFullError
   */
  unreachable(receiverId: number, error: string): Promise<void>;
  /**
   * Gives up some of what came about before then, whomever it is for; returns how much, by receiver.
   * @throws BackendUnavailableError
   */
  giveUp(before: Date): Promise<GivenUp[]>;
  /**
   * Tells how the delivery to each present receiver goes, in their order.
   * @throws BackendUnavailableError
   */
  status(): Promise<WebhookStatus[]>;
  close(): void;
}
