import type { WebhookStatus } from '../contract/endpoints/status.ts';
import type { CameraEvent, ServiceEvent } from '../contract/match-event.ts';

/** Outcome of an attempt to send an event. */
export type Attempt =
  | { readonly outcome: 'delivered' }
  | {
      /**
       * `refused`: the target refused this event; `unreachable`: it takes no event now; `gone`: it wants none
       * any more.
       */
      readonly outcome: 'refused' | 'unreachable' | 'gone';
      /** Words that reveal nothing of the target's address. */
      readonly error: string;
      /** Time in milliseconds for which the target wants no further event. */
      readonly retryAfterMs: number;
    };

/**
 * Takes events. Webhooks and EventBridge are two targets; a third one is another file beside theirs.
 * @example
 * const [attempt] = await openWebhook({ url, secrets, dispatcher }).send([event]);
 */
export interface EventTarget {
  /** Limits of one call: the number of events, and their bytes as JSON. */
  readonly most: { readonly events: number; readonly bytes: number };
  /**
   * Sends events once, and returns the outcome of each, in their order. A target that fails is an outcome
   * too.
   * @param signal cuts the attempt off
   * @throws Never: failures are outcomes, see `Attempt`
   */
  send(events: readonly ServiceEvent[], signal?: AbortSignal): Promise<readonly Attempt[]>;
  /**
   * Says that the service is away, and ends the connection; left out where none is kept.
   * @throws Never
   */
  close?(): Promise<void>;
}

/**
 * Turns changes of the records into match events. `Change` is the format in which the store's own stream
 * delivers a change.
 * @example
 * const event = await openMatchStream({ region, tableName }).eventOf(record.dynamodb.NewImage);
 */
export interface MatchStream<Change> {
  /**
   * Makes the event of a picture in which listed people were found, without those who are no longer listed;
   * or that of a review. Returns `undefined` if nobody is left.
   * @throws BackendUnavailableError
   */
  eventOf(change: Change): Promise<ServiceEvent | undefined>;
}

/** A receiver of events. */
export interface Receiver {
  readonly id: number;
  readonly url: string;
}

/** A delivery that may be sent now. */
export interface DueDelivery {
  /** The id of the processed picture; negative where the event is of an entry. */
  readonly processedId: number;
  /** Number of times that the receiver has refused the event. */
  readonly refusals: number;
}

/** Deliveries that were given up. */
export interface GivenUp {
  /** Origin of the receiver's address. */
  readonly receiver: string;
  readonly processedIds: readonly number[];
}

/**
 * Queues events of processed pictures for each receiver. A record store adds an event in the transaction that
 * stores its picture. A delivery waits while the same receiver has an earlier one queued for one of the same
 * entries.
 * @example
 * const [receiver] = await outbox.setReceivers(['https://example.com/hook']);
 * const due = receiver ? outbox.due(receiver.id, 10) : [];
 * for (const { processedId } of due) await deliver(await outbox.event(processedId));
 */
export interface Outbox {
  /**
   * Claims the deliveries for this process; resolves to `undefined` while another process has them. Disposing
   * of it frees the claim, and so does the end of the process.
   * @throws BackendUnavailableError
   */
  claim(): Promise<Disposable | undefined>;
  /**
   * Makes these the receivers of all events to come, from any process. Deliveries to former receivers wait
   * until those return, or until they are given up.
   * @throws BackendUnavailableError, DiskFullError
   */
  setReceivers(urls: readonly string[]): Promise<Receiver[]>;
  /**
   * Queues an event of the service itself, such as that of a camera, for each receiver.
   * @throws BackendUnavailableError, DiskFullError
   */
  enqueue(event: CameraEvent): Promise<void>;
  /**
   * Returns the deliveries that may be sent now, those longest due first. It is synchronous: a delivery that
   * ended during a wait would be sent again.
   * @throws BackendUnavailableError
   */
  due(receiverId: number, limit: number): DueDelivery[];
  /**
   * Makes the event of a processed picture, without people who are no longer listed. Returns `undefined` if
   * nobody is left.
   * @throws BackendUnavailableError
   */
  event(processedId: number): Promise<ServiceEvent | undefined>;
  /**
   * Records that the receiver has the event.
   * @throws BackendUnavailableError
   */
  delivered(receiverId: number, processedId: number): Promise<void>;
  /**
   * Records that the event has nothing left to report to the receiver.
   * @throws BackendUnavailableError
   */
  withdrawn(receiverId: number, processedId: number): Promise<void>;
  /**
   * Records that the receiver refused the event, and that it is due again at `due`.
   * @throws BackendUnavailableError, DiskFullError
   */
  refused(receiverId: number, processedId: number, error: string, due: Date): Promise<void>;
  /**
   * Records that the receiver takes no event at present.
   * @throws BackendUnavailableError, DiskFullError
   */
  unreachable(receiverId: number, error: string): Promise<void>;
  /**
   * Gives up some of the deliveries that were queued before a time, for any receiver; returns them by
   * receiver.
   * @throws BackendUnavailableError
   */
  giveUp(before: Date): Promise<GivenUp[]>;
  /**
   * Reports the state of each present receiver, in their order.
   * @throws BackendUnavailableError
   */
  status(): Promise<WebhookStatus[]>;
  /**
   * Closes the queue.
   * @throws Never
   */
  close(): void;
}
