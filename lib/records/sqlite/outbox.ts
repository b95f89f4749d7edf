import { createHash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { MatchEvent } from '../../contract/match-event.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import { entryIdsOf, matchEvent, withoutUnlisted } from '../../events/match-event.ts';
import type { WebhookStatus } from '../../events/webhook-status.ts';
import { storedResult } from '../stored-result.ts';
import { attempt, inTransaction, isBusy } from './database.ts';

/** Whom events are delivered to. */
export interface Receiver {
  readonly id: number;
  readonly url: string;
}

/** An event that may be sent now. */
export interface DueDelivery {
  /** The id of the processed picture. */
  readonly processedId: number;
  /** How often the receiver has refused it. */
  readonly refusals: number;
}

/** How many deliveries are given up in one transaction. */
const givenUpAtOnce = 500;

const earlierOfSameEntry = `
  EXISTS (
    SELECT 1 FROM delivery_entry AS own JOIN delivery_entry AS earlier USING (receiver_id, entry_id)
    WHERE own.receiver_id = delivery.receiver_id AND own.processed_id = delivery.processed_id
      AND earlier.processed_id < own.processed_id
  )`;

const statements = {
  wantedReceivers: 'SELECT id FROM receiver WHERE place IS NOT NULL',
  unwantReceivers: 'UPDATE receiver SET place = NULL',
  wantReceiver: `
    INSERT INTO receiver (key, origin, place) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET place = excluded.place`,
  receiver: 'SELECT id FROM receiver WHERE key = ?',
  allReceivers: 'SELECT id, origin FROM receiver',
  noteError: 'UPDATE receiver SET last_error = ? WHERE id = ? AND last_error IS NOT ?',
  countGivenUp: 'UPDATE receiver SET given_up = given_up + ? WHERE id = ?',
  forgetUnwanted: `
    DELETE FROM receiver
    WHERE place IS NULL AND NOT EXISTS (SELECT 1 FROM delivery WHERE receiver_id = receiver.id)`,
  status: `
    SELECT origin, given_up, last_error,
      (SELECT count(*) FROM delivery WHERE receiver_id = receiver.id) AS pending,
      (SELECT created FROM delivery WHERE receiver_id = receiver.id ORDER BY processed_id LIMIT 1) AS oldest
    FROM receiver WHERE place IS NOT NULL ORDER BY place`,

  insertDelivery: 'INSERT INTO delivery (receiver_id, processed_id, created, due) VALUES (?, ?, ?, ?)',
  insertEntries:
    'INSERT INTO delivery_entry (receiver_id, processed_id, entry_id) SELECT ?, ?, value FROM json_each(?)',
  setWaits: `UPDATE delivery SET waits = ${earlierOfSameEntry} WHERE receiver_id = ? AND processed_id = ?`,
  due: `
    SELECT processed_id, refusals FROM delivery
    WHERE receiver_id = ? AND waits = 0 AND due <= ? ORDER BY due, processed_id LIMIT ?`,
  putOff: 'UPDATE delivery SET refusals = refusals + 1, due = ? WHERE receiver_id = ? AND processed_id = ?',
  /** Those that come next for one of its entries. */
  following: `
    SELECT DISTINCT (
      SELECT min(later.processed_id) FROM delivery_entry AS later
      WHERE later.receiver_id = own.receiver_id AND later.entry_id = own.entry_id
        AND later.processed_id > own.processed_id
    ) AS processed_id
    FROM delivery_entry AS own WHERE own.receiver_id = ? AND own.processed_id = ?`,
  deleteDelivery: 'DELETE FROM delivery WHERE receiver_id = ? AND processed_id = ?',
  oldest: `
    SELECT processed_id FROM (
      SELECT processed_id, created FROM delivery WHERE receiver_id = ? ORDER BY processed_id LIMIT ${givenUpAtOnce}
    ) WHERE created < ?`,

  picture: 'SELECT picture_id, result, at FROM processed WHERE id = ?',
  /** Takes a JSON array of ids. The `+` keeps the planner from going through all that are `ACTIVE`. */
  listedAmong: `
    SELECT id FROM entry WHERE id IN (SELECT value FROM json_each(?)) AND +status = 'ACTIVE'`,
};

export function prepareOutboxStatements(database: DatabaseSync) {
  const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(prepared) as { readonly [name in keyof typeof statements]: StatementSync };
}

/**
 * What is still to be told of processed pictures, and to whom, in a database from `openDatabase`. It holds ids alone: an event is made from
 * its picture's record when it is sent. Every method but `add` throws BackendUnavailableError.
 *
 * A delivery waits while an earlier one to the same receiver, for one of the same entries, is there.
 */
export class Outbox {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareOutboxStatements>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareOutboxStatements(database);
  }

  /** Puts down that a picture's event is to be delivered to everybody: part of the transaction that keeps the picture's record. */
  add(pictureId: string, result: ImageProcessingResult): void {
    const receivers = this.#statements.wantedReceivers.all();
    const event = receivers.length > 0 && matchEvent(pictureId, result);
    if (!event) return;
    const now = Date.now();
    for (const { id } of receivers) {
      const delivery = [Number(id), event.data.db_id] as const;
      this.#statements.insertDelivery.run(...delivery, now, now);
      this.#statements.insertEntries.run(...delivery, JSON.stringify(entryIdsOf(event)));
      this.#statements.setWaits.run(...delivery);
    }
  }

  /**
   * Makes these the receivers of whatever comes, in any process. What others were still to get waits for them to come back until it is
   * given up.
   */
  setReceivers(urls: readonly string[]): Receiver[] {
    return this.#transaction(() => {
      this.#statements.unwantReceivers.run();
      return urls.map((url, place) => {
        // A URL's path or query is often a secret, and so it is not kept.
        const key = createHash('sha256').update(url).digest('hex');
        this.#statements.wantReceiver.run(key, new URL(url).origin, place);
        return { id: Number(this.#statements.receiver.get(key)?.id), url };
      });
    });
  }

  /** Those that may be sent now, the longest due first. */
  due(receiverId: number, limit: number): DueDelivery[] {
    const rows = attempt(() => this.#statements.due.all(receiverId, Date.now(), limit));
    return rows.map(({ processed_id, refusals }) => ({
      processedId: Number(processed_id),
      refusals: Number(refusals),
    }));
  }

  /** The event of a processed picture, without those who are not listed any more; `undefined` when nothing is left to tell. */
  event(processedId: number): MatchEvent | undefined {
    return attempt(() => {
      const row = this.#statements.picture.get(processedId);
      const event =
        row &&
        matchEvent(String(row.picture_id), storedResult(String(row.result), processedId, Number(row.at)));
      if (!event) return undefined;
      const listed = this.#statements.listedAmong.all(JSON.stringify(entryIdsOf(event)));
      return withoutUnlisted(event, new Set(listed.map(({ id }) => Number(id))));
    });
  }

  /** The receiver has the event. */
  delivered(receiverId: number, processedId: number): void {
    this.#transaction(() => {
      this.#remove(receiverId, processedId);
      this.#statements.noteError.run(null, receiverId, null);
    });
  }

  /** There is nothing to tell the receiver. */
  withdrawn(receiverId: number, processedId: number): void {
    this.#transaction(() => this.#remove(receiverId, processedId));
  }

  /** The receiver did not take the event, which is to be tried again then. */
  refused(receiverId: number, processedId: number, error: string, due: Date): void {
    this.#transaction(() => {
      this.#statements.putOff.run(due.getTime(), receiverId, processedId);
      this.#statements.noteError.run(error, receiverId, error);
    });
  }

  /** The receiver takes nothing at all, for now. */
  unreachable(receiverId: number, error: string): void {
    attempt(() => this.#statements.noteError.run(error, receiverId, error));
  }

  /** Gives up some of what came about before then, whomever it is for; returns how much, by the receivers' origins. */
  giveUp(before: Date): { readonly receiver: string; readonly processedIds: number[] }[] {
    const given = attempt(() => this.#statements.allReceivers.all()).map(({ id, origin }) => {
      const processedIds = this.#transaction(() => this.#giveUpOf(Number(id), before));
      return { receiver: String(origin), processedIds };
    });
    attempt(() => this.#statements.forgetUnwanted.run());
    return given.filter(({ processedIds }) => processedIds.length > 0);
  }

  status(): WebhookStatus[] {
    return attempt(() => this.#statements.status.all()).map((row) => ({
      receiver: String(row.origin),
      pending: Number(row.pending),
      oldest_pending: row.oldest === null ? null : new Date(Number(row.oldest)).toISOString(),
      given_up: Number(row.given_up),
      last_error: row.last_error === null ? null : String(row.last_error),
    }));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #giveUpOf(receiverId: number, before: Date): number[] {
    const rows = this.#statements.oldest.all(receiverId, before.getTime());
    const processedIds = rows.map(({ processed_id }) => Number(processed_id));
    if (processedIds.length > 0) this.#statements.countGivenUp.run(processedIds.length, receiverId);
    for (const processedId of processedIds) this.#remove(receiverId, processedId);
    return processedIds;
  }

  #remove(receiverId: number, processedId: number): void {
    const following = this.#statements.following.all(receiverId, processedId);
    // Its entries' rows go with it, by their foreign key.
    this.#statements.deleteDelivery.run(receiverId, processedId);
    for (const { processed_id } of following) {
      if (processed_id !== null) this.#statements.setWaits.run(receiverId, Number(processed_id));
    }
  }

  #transaction<T>(work: () => T): T {
    return attempt(() => inTransaction(this.#database, work));
  }
}

/**
 * Claims something for this process by a file's lock, which the system frees when the process ends, however that comes; `undefined` while
 * another has it. Disposing of it frees it.
 * @throws BackendUnavailableError when the file can't be made.
 */
export function claim(path: string): Disposable | undefined {
  return attempt(() => {
    const lock = new DatabaseSync(path, { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      lock.close();
      if (isBusy(error)) return undefined;
      throw error;
    }
  });
}
