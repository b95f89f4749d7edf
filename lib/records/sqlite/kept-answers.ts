import type { DatabaseSync } from 'node:sqlite';
import {
  type Claim,
  type ClaimedRequest,
  type Clock,
  claimMs,
  type KeptAnswers,
  keptAnswerMs,
} from '../../answers/port.ts';
import { write } from './transactions.ts';

/** Migration that makes the table. Times are in milliseconds since 1970. */
export const keptAnswersMigration = `
  -- Answers to requests with an Idempotency-Key: sealed, or null while the request is worked on. An empty one was forgotten.
  CREATE TABLE kept_answer (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    owner TEXT NOT NULL,
    claimed_until INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    entry_ids TEXT NOT NULL DEFAULT '[]',
    answer BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX kept_answer_expires ON kept_answer (expires);
  `;

/** Answers for repeated requests, in a database from `openDatabase`. */
export class SqliteKeptAnswers implements KeptAnswers {
  readonly #database: DatabaseSync;
  readonly #now: Clock;

  constructor(database: DatabaseSync, now: Clock = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  claim({ id, fingerprint, owner }: ClaimedRequest): Promise<Claim> {
    return write(this.#database, () => {
      const now = this.#now();
      const known = this.#database
        .prepare('SELECT * FROM kept_answer WHERE id = ? AND expires > ?')
        .get(id, now);
      if (known && known.fingerprint !== fingerprint) return { state: 'different' };
      if (known?.answer instanceof Uint8Array) {
        return known.answer.length === 0
          ? { state: 'forgotten' }
          : { state: 'answered', answer: known.answer };
      }
      if (known && Number(known.claimed_until) > now && known.owner !== owner) return { state: 'running' };
      this.#database
        .prepare(
          'INSERT OR REPLACE INTO kept_answer (id, fingerprint, owner, claimed_until, expires) VALUES (?, ?, ?, ?, ?)',
        )
        .run(id, fingerprint, owner, now + claimMs, now + keptAnswerMs);
      return { state: 'claimed' };
    });
  }

  async renew({ id, owner }: ClaimedRequest): Promise<void> {
    const sql = 'UPDATE kept_answer SET claimed_until = ? WHERE id = ? AND owner = ?';
    await write(this.#database, () => this.#database.prepare(sql).run(this.#now() + claimMs, id, owner));
  }

  async finish(
    { id, owner }: ClaimedRequest,
    answer: Uint8Array,
    entryIds: readonly number[],
  ): Promise<void> {
    const sql = 'UPDATE kept_answer SET answer = ?, entry_ids = ? WHERE id = ? AND owner = ?';
    await write(this.#database, () =>
      this.#database.prepare(sql).run(answer, JSON.stringify(entryIds), id, owner),
    );
  }

  async abandon({ id, owner }: ClaimedRequest): Promise<void> {
    const sql = 'DELETE FROM kept_answer WHERE id = ? AND owner = ? AND answer IS NULL';
    await write(this.#database, () => this.#database.prepare(sql).run(id, owner));
  }

  async forget({ id }: Pick<ClaimedRequest, 'id'>): Promise<void> {
    const sql = "UPDATE kept_answer SET answer = x'', entry_ids = '[]' WHERE id = ? AND answer IS NOT NULL";
    await write(this.#database, () => this.#database.prepare(sql).run(id));
  }

  removeExpired(): Promise<number> {
    return write(this.#database, () =>
      Number(this.#database.prepare('DELETE FROM kept_answer WHERE expires <= ?').run(this.#now()).changes),
    );
  }
}

/** Forgets the answers that tell of an entry; their keys stay known. To be called in a transaction. */
export function forgetAnswers(database: DatabaseSync, entryId: number): void {
  database
    .prepare(
      "UPDATE kept_answer SET answer = x'', entry_ids = '[]' WHERE EXISTS (SELECT 1 FROM json_each(entry_ids) WHERE value = ?)",
    )
    .run(entryId);
}
