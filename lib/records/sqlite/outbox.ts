import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { WebhookStatus } from '../../contract/endpoints/status.ts';
import type {
  CameraEvent,
  EntryDeletedEvent,
  ReviewEvent,
  ServiceEvent,
} from '../../contract/match-event.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import { entryIdsOf, matchEvent, withoutUnlisted } from '../../events/match-event.ts';
import { originOf } from '../../events/origin.ts';
import type { DueDelivery, GivenUp, Outbox, Receiver } from '../../events/port.ts';
import { isInForce } from '../shared/in-force.ts';
import { storedResult } from '../shared/stored-result.ts';
import { connect } from './connection.ts';
import { entryRecord } from './entries.ts';
import { attempt, databaseError, isBusy, type WriteOptions, whenUnlocked, write } from './transactions.ts';

/** Limit on the deliveries that one transaction gives up. */
const givenUpAtOnce = 500;

const earlierOfSameEntry = `
  EXISTS (
    SELECT 1 FROM delivery_entry AS own JOIN delivery_entry AS earlier USING (receiver_id, entry_id)
    WHERE own.receiver_id = delivery.receiver_id AND own.processed_id = delivery.processed_id
      AND earlier.processed_id < own.processed_id
  )`;

const isUnwanted = 'place IS NULL AND NOT EXISTS (SELECT 1 FROM delivery WHERE receiver_id = receiver.id)';

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
  unwanted: `SELECT id FROM receiver WHERE ${isUnwanted} LIMIT 1`,
  forgetUnwanted: `DELETE FROM receiver WHERE ${isUnwanted}`,
  status: `
    SELECT origin, given_up, last_error,
      (SELECT count(*) FROM delivery WHERE receiver_id = receiver.id) AS pending,
      (SELECT min(created) FROM delivery WHERE receiver_id = receiver.id) AS oldest
    FROM receiver WHERE place IS NOT NULL ORDER BY place`,

  insertDelivery: 'INSERT INTO delivery (receiver_id, processed_id, created, due) VALUES (?, ?, ?, ?)',
  insertEntries:
    'INSERT INTO delivery_entry (receiver_id, processed_id, entry_id) SELECT ?, ?, value FROM json_each(?)',
  setWaits: `UPDATE delivery SET waits = ${earlierOfSameEntry} WHERE receiver_id = ? AND processed_id = ?`,
  due: `
    SELECT processed_id, refusals FROM delivery
    WHERE receiver_id = ? AND waits = 0 AND due <= ? ORDER BY due, processed_id LIMIT ?`,
  putOff: 'UPDATE delivery SET refusals = refusals + 1, due = ? WHERE receiver_id = ? AND processed_id = ?',
  /** Next deliveries for its entries. */
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

  insertNotice: 'INSERT INTO notice (event) VALUES (?)',
  notice: 'SELECT event FROM notice WHERE id = ?',
  forgetNotice: `
    DELETE FROM notice WHERE id = ? AND NOT EXISTS (
      SELECT 1 FROM receiver CROSS JOIN delivery ON receiver_id = receiver.id WHERE processed_id = -notice.id
    )`,
  deliveriesOf: `
    SELECT receiver_id, processed_id,
      (SELECT count(*) FROM delivery_entry AS all_of WHERE all_of.receiver_id = own.receiver_id
        AND all_of.processed_id = own.processed_id) AS entries
    FROM receiver CROSS JOIN delivery_entry AS own ON own.receiver_id = receiver.id WHERE own.entry_id = ?`,
  deleteDeliveryEntry:
    'DELETE FROM delivery_entry WHERE receiver_id = ? AND processed_id = ? AND entry_id = ?',

  picture: 'SELECT picture_id, result, at FROM processed WHERE id = ?',
  /** Entries of a JSON array of ids. The `+` keeps the planner from going through all `ACTIVE` entries. */
  listedAmong: `
    SELECT id, status, expires_at AS expiresAt, suspended FROM entry
    WHERE id IN (SELECT value FROM json_each(?)) AND +status = 'ACTIVE'`,
};

export function prepareOutboxStatements(database: DatabaseSync) {
  const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(prepared) as { readonly [name in keyof typeof statements]: StatementSync };
}

/**
 * The outbox in a database from `openDatabase`. It holds only ids: a match event is made from its picture's
 * record when it is sent. Other events are kept as notices, whose negative ids stand for the picture's.
 */
export class SqliteOutbox implements Outbox {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareOutboxStatements>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareOutboxStatements(database);
  }

  /** Queues a picture's event for every receiver, in the transaction that stores the picture's record. */
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
   * Takes an entry out of what is still to be told, in the transaction that hides it; returns how many
   * events told of it.
   */
  forgetEntry(entryId: number): number {
    const deliveries = this.#statements.deliveriesOf.all(entryId);
    for (const { receiver_id, processed_id, entries } of deliveries) {
      const [receiverId, processedId] = [Number(receiver_id), Number(processed_id)];
      if (Number(entries) === 1) this.#remove(receiverId, processedId);
      else {
        const following = this.#statements.following.all(receiverId, processedId);
        this.#statements.deleteDeliveryEntry.run(receiverId, processedId, entryId);
        const waiting = [processedId, ...following.flatMap((row) => row.processed_id ?? [])];
        for (const id of waiting) this.#statements.setWaits.run(receiverId, Number(id));
      }
    }
    return deliveries.length;
  }

  /** Queues an event of a camera. */
  async enqueue(event: CameraEvent): Promise<void> {
    await this.#write(() => this.addNotice(event));
  }

  /** Queues an event that is not about a new picture, in the transaction that stores what it tells of. */
  addNotice(event: EntryDeletedEvent | ReviewEvent | CameraEvent): void {
    const receivers = this.#statements.wantedReceivers.all();
    if (receivers.length === 0) return;
    const { lastInsertRowid } = this.#statements.insertNotice.run(JSON.stringify(event));
    const now = Date.now();
    for (const { id } of receivers) {
      this.#statements.insertDelivery.run(Number(id), -Number(lastInsertRowid), now, now);
    }
  }

  async claim(): Promise<Disposable | undefined> {
    return claim(`${this.#database.location()}-webhooks`);
  }

  setReceivers(urls: readonly string[]): Promise<Receiver[]> {
    return this.#write(() => {
      this.#statements.unwantReceivers.run();
      return urls.map((url, place) => {
        // Only a hash and the origin are stored, because a URL's path or query is often a secret.
        const key = createHash('sha256').update(url).digest('hex');
        this.#statements.wantReceiver.run(key, originOf(url), place);
        return { id: Number(this.#statements.receiver.get(key)?.id), url };
      });
    });
  }

  due(receiverId: number, limit: number): DueDelivery[] {
    const rows = attempt(this.#database, () => this.#statements.due.all(receiverId, Date.now(), limit));
    return rows.map(({ processed_id, refusals }) => ({
      processedId: Number(processed_id),
      refusals: Number(refusals),
    }));
  }

  event(processedId: number): Promise<ServiceEvent | undefined> {
    return this.#read(() => {
      if (processedId < 0) {
        const notice = this.#statements.notice.get(-processedId);
        return notice && JSON.parse(String(notice.event));
      }
      const row = this.#statements.picture.get(processedId);
      const event =
        row &&
        matchEvent(String(row.picture_id), storedResult(String(row.result), processedId, Number(row.at)));
      if (!event) return undefined;
      const entries = this.#statements.listedAmong.all(JSON.stringify(entryIdsOf(event))).map(entryRecord);
      const listed = entries.filter((entry) => isInForce(entry));
      return withoutUnlisted(event, new Set(listed.map(({ id }) => id)));
    });
  }

  delivered(receiverId: number, processedId: number): Promise<void> {
    return this.#write(
      () => {
        this.#remove(receiverId, processedId);
        this.#statements.noteError.run(null, receiverId, null);
      },
      { frees: true },
    );
  }

  withdrawn(receiverId: number, processedId: number): Promise<void> {
    return this.#write(() => this.#remove(receiverId, processedId), { frees: true });
  }

  refused(receiverId: number, processedId: number, error: string, due: Date): Promise<void> {
    return this.#write(() => {
      this.#statements.putOff.run(due.getTime(), receiverId, processedId);
      this.#statements.noteError.run(error, receiverId, error);
    });
  }

  async unreachable(receiverId: number, error: string): Promise<void> {
    await this.#write(() => this.#statements.noteError.run(error, receiverId, error));
  }

  async giveUp(before: Date): Promise<GivenUp[]> {
    const given: GivenUp[] = [];
    for (const { id, origin } of await this.#read(() => this.#statements.allReceivers.all())) {
      const processedIds = await this.#writeIf(
        () => this.#statements.oldest.get(Number(id), before.getTime()) !== undefined,
        () => this.#giveUpOf(Number(id), before),
      );
      if (processedIds) given.push({ receiver: String(origin), processedIds });
    }
    await this.#writeIf(
      () => this.#statements.unwanted.get() !== undefined,
      () => this.#statements.forgetUnwanted.run(),
    );
    return given;
  }

  async status(): Promise<WebhookStatus[]> {
    const rows = await this.#read(() => this.#statements.status.all());
    return rows.map((row) => ({
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
    // The delivery's rows by entry go with it, by their foreign key.
    this.#statements.deleteDelivery.run(receiverId, processedId);
    if (processedId < 0) this.#statements.forgetNotice.run(-processedId);
    for (const { processed_id } of following) {
      if (processed_id !== null) this.#statements.setWaits.run(receiverId, Number(processed_id));
    }
  }

  #read<T>(work: () => T): Promise<T> {
    return whenUnlocked(this.#database, work);
  }

  #write<T>(work: () => T, options?: WriteOptions): Promise<T> {
    return write(this.#database, work, options);
  }

  /** Removes rows, but only if there are any: a transaction would take the lock for nothing. */
  async #writeIf<T>(isNeeded: () => boolean, work: () => T): Promise<T | undefined> {
    return (await this.#read(isNeeded)) ? this.#write(work, { frees: true }) : undefined;
  }
}

/**
 * Claims a file's lock for this process; returns `undefined` while another process has it. Disposing of it
 * frees the lock. The operating system also frees it when the process ends in any way.
 * @throws BackendUnavailableError when the file can't be made
 */
export function claim(path: string): Disposable | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = connect(path);
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) return undefined;
    throw databaseError(error, path);
  }
}
