import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { linesAfter, trimFacts } from '../../audit/chain.ts';
import { decodeCursor, encodeCursor, noPlace } from '../../audit/cursor.ts';
import type {
  AuditChain,
  AuditFacts,
  AuditLine,
  AuditPage,
  AuditQuery,
  AuditTrail,
} from '../../audit/port.ts';
import { row } from '../shared/row.ts';
import { whenUnlocked, write } from './transactions.ts';

/** One database has one chain, for one writer at a time has its lock. */
const chainName = 'main';
const readAtOnce = 1_000;
/** No request waits for more than these few milliseconds. */
const removedAtOnce = 1_000;

const columns = `sequence, at, actor, role, action, entry_id AS entryId, image_id AS imageId,
  picture_id AS pictureId, request_id AS requestId, outcome, threshold, detail, lower(hex(hash)) AS hash`;

type Row = Record<string, SQLOutputValue>;

/** @throws RequestInvalidError for a cursor that is none */
function placeOf(cursor: string): { readonly at: number; readonly sequence: number } {
  const { at, sequence } = decodeCursor(cursor, ['at', 'sequence']);
  if (at === undefined || sequence === undefined) throw noPlace();
  return { at, sequence };
}

/** The audit trail in a database from `openDatabase`. */
export class SqliteAudit implements AuditTrail {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareAuditStatements>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareAuditStatements(database);
  }

  /** Adds lines within a transaction that is under way. */
  add(facts: readonly AuditFacts[]): void {
    const { head } = this.#chain();
    const lines = linesAfter(head, chainName, facts);
    for (const line of lines) {
      this.#statements.insert.run(
        line.sequence,
        Date.parse(line.time),
        line.actor,
        line.role,
        line.action,
        line.entryId,
        line.imageId,
        line.pictureId,
        line.requestId,
        line.outcome,
        line.threshold,
        line.detail,
        Buffer.from(line.hash, 'hex'),
      );
    }
    const { sequence, hash } = lines.at(-1) ?? head;
    this.#statements.setHead.run(sequence, Buffer.from(hash, 'hex'));
  }

  async append(facts: readonly AuditFacts[]): Promise<void> {
    if (facts.length > 0) await write(this.#database, () => this.add(facts));
  }

  async list({ limit, cursor, ...filter }: AuditQuery): Promise<AuditPage> {
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const conditions: [string, SQLInputValue[]][] = [];
    if (after) conditions.push(['(at, sequence) < (?, ?)', [after.at, after.sequence]]);
    if (filter.since) conditions.push(['at >= ?', [filter.since.getTime()]]);
    if (filter.until) conditions.push(['at < ?', [filter.until.getTime()]]);
    if (filter.actor !== undefined) conditions.push(['actor = ?', [filter.actor]]);
    if (filter.action !== undefined) conditions.push(['action = ?', [filter.action]]);
    if (filter.entryIds) {
      const places = filter.entryIds.map(() => '?').join(', ');
      conditions.push([`entry_id IN (${places})`, [...filter.entryIds]]);
    }
    if (filter.pictureId !== undefined) conditions.push(['picture_id = ?', [filter.pictureId]]);
    const where = conditions.length > 0 ? `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}` : '';
    const rows = await whenUnlocked(this.#database, () =>
      this.#database
        .prepare(`SELECT ${columns} FROM audit ${where} ORDER BY at DESC, sequence DESC LIMIT ?`)
        .all(...conditions.flatMap(([, values]) => values), limit + 1),
    );
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    const next = last ? encodeCursor({ at: Number(last.at), sequence: Number(last.sequence) }) : null;
    return { items: items.map(auditLine), next };
  }

  async chains(): Promise<AuditChain[]> {
    return whenUnlocked(this.#database, () => (this.#statements.chain.get() ? [this.#chain()] : []));
  }

  async *read({ head }: AuditChain): AsyncGenerator<AuditLine> {
    for (let last = 0; ; ) {
      const rows = await whenUnlocked(this.#database, () =>
        this.#statements.range.all(last, head.sequence, readAtOnce),
      );
      yield* rows.map(auditLine);
      if (rows.length < readAtOnce) return;
      last = Number(rows.at(-1)?.sequence);
    }
  }

  async removeBefore(time: Date): Promise<number> {
    for (let total = 0; ; ) {
      // Without a line to remove, nobody needs the lock.
      const isDue = await whenUnlocked(this.#database, () => this.#lastBefore(time) !== undefined);
      const removed = isDue ? await write(this.#database, () => this.#remove(time), { frees: true }) : 0;
      total += removed;
      if (removed < removedAtOnce) return total;
    }
  }

  #remove(time: Date): number {
    const last = this.#lastBefore(time);
    if (!last) return 0;
    const { anchor } = this.#chain();
    this.#statements.setAnchor.run(last.sequence, Buffer.from(last.hash, 'hex'));
    this.#statements.remove.run(last.sequence);
    this.add([trimFacts(last)]);
    return last.sequence - anchor.sequence;
  }

  /** The last line of those to be removed at once: all before it are as old, though a clock was put back. */
  #lastBefore(time: Date): AuditLine | undefined {
    const { anchor } = this.#chain();
    const limit = anchor.sequence + removedAtOnce;
    const kept = this.#statements.firstKept.get(limit, time.getTime());
    const end = kept ? Number(kept.sequence) - 1 : limit;
    const found = this.#statements.lastUpTo.get(end);
    return found && auditLine(found);
  }

  #chain(): AuditChain {
    const { anchorSequence, anchorHash, headSequence, headHash } = this.#statements.chain.get() ?? {};
    return {
      name: chainName,
      anchor: { sequence: Number(anchorSequence), hash: String(anchorHash) },
      head: { sequence: Number(headSequence), hash: String(headHash) },
    };
  }
}

function auditLine({ at, ...found }: Row): AuditLine {
  return row<AuditLine>({ ...found, chain: chainName, time: new Date(Number(at)).toISOString() });
}

function prepareAuditStatements(database: DatabaseSync) {
  return {
    insert: database.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    setHead: database.prepare('UPDATE audit_chain SET head_sequence = ?, head_hash = ?'),
    setAnchor: database.prepare('UPDATE audit_chain SET anchor_sequence = ?, anchor_hash = ?'),
    chain: database.prepare(`
      SELECT anchor_sequence AS anchorSequence, lower(hex(anchor_hash)) AS anchorHash,
        head_sequence AS headSequence, lower(hex(head_hash)) AS headHash
      FROM audit_chain`),
    range: database.prepare(
      `SELECT ${columns} FROM audit WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`,
    ),
    /** The `+` keeps the planner from going through all that are kept. */
    firstKept: database.prepare(
      'SELECT sequence FROM audit WHERE sequence <= ? AND +at >= ? ORDER BY sequence LIMIT 1',
    ),
    lastUpTo: database.prepare(
      `SELECT ${columns} FROM audit WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1`,
    ),
    remove: database.prepare('DELETE FROM audit WHERE sequence <= ?'),
  };
}
