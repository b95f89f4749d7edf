import type { DatabaseSync } from 'node:sqlite';
import type { AuditFacts } from '../../audit/port.ts';
import { type AuditTarget, changeFacts, countWritten } from '../../audit/scope.ts';
import { SqliteAudit } from './audit.ts';
import { ErasedTraces } from './erased-traces.ts';
import { SqliteOutbox } from './outbox.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { type WriteOptions, whenUnlocked, write } from './transactions.ts';

/**
 * Database of the record store's parts, with its statements, and the ways to read and to change it. The parts
 * write by `run()`, and read the results by statements of their own. `get()` on a `RETURNING` would commit
 * only at a later reset, whose failure nobody would see.
 */
export class SqliteSession {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly outbox: SqliteOutbox;
  readonly traces = new ErasedTraces();
  readonly #audit: SqliteAudit;

  constructor(database: DatabaseSync) {
    this.database = database;
    this.statements = prepareStatements(database);
    this.outbox = new SqliteOutbox(database);
    this.#audit = new SqliteAudit(database);
  }

  read<T>(work: () => T): Promise<T> {
    return whenUnlocked(this.database, work);
  }

  /** Reads as if nobody wrote meanwhile, also in another process. */
  readAsOneMoment<T>(work: () => T): Promise<T> {
    return this.read(() => {
      this.database.exec('BEGIN');
      try {
        return work();
      } finally {
        if (this.database.isTransaction) this.database.exec('COMMIT');
      }
    });
  }

  write<T>(work: () => T, options?: WriteOptions): Promise<T> {
    return write(this.database, work, options);
  }

  /**
   * Writes something, and in the same transaction its line of the audit trail; `undefined` of `target` for no
   * line.
   */
  async change<T>(
    work: () => T,
    target: (result: T) => AuditTarget | readonly AuditFacts[] | undefined,
    options?: WriteOptions,
  ): Promise<T> {
    let lines = 0;
    const result = await this.write(() => {
      const done = work();
      const about = target(done);
      const facts = Array.isArray(about) ? about : about ? [changeFacts(about as AuditTarget)] : [];
      if (facts.length > 0) this.#audit.add(facts);
      lines = facts.length;
      return done;
    }, options);
    countWritten(lines);
    return result;
  }
}
