import { linesAfter, trimFacts } from '../../audit/chain.ts';
import { decodeCursor, encodeCursor } from '../../audit/cursor.ts';
import type {
  AuditChain,
  AuditFacts,
  AuditLine,
  AuditPage,
  AuditPlace,
  AuditQuery,
  AuditTrail,
} from '../../audit/port.ts';
import { batches } from '../../batches.ts';
import { row } from '../shared/row.ts';
import type { Action } from './action.ts';
import {
  auditChainKey,
  auditChainsPartition,
  auditLinesPartition,
  type ChainItem,
  linePuts,
} from './audit-chain.ts';
import { again, TableClient, type TableSettings } from './client.ts';
import { padded } from './items.ts';
import type { Item } from './keys.ts';

const appendedAtOnce = 90;
const removedAtOnce = 90;
/**
 * Lines that are looked through for one page; where few fit a filter, a page has few and says that there are
 * more.
 */
const maxLooked = 5_000;

/** The audit trail in the records' table. Nobody is called before the first use. */
export function openDynamoAudit(settings: TableSettings): AuditTrail {
  return dynamoAudit(new TableClient(settings));
}

function dynamoAudit(table: TableClient): AuditTrail {
  const chains = async (): Promise<AuditChain[]> => {
    const found: AuditChain[] = [];
    for await (const items of table.query(auditChainsPartition)) found.push(...items.map(auditChain));
    return found;
  };
  return {
    async append(facts: readonly AuditFacts[]): Promise<void> {
      for await (const some of batches(facts, appendedAtOnce)) {
        await table.settle(async () => (await table.transact([], some)).done || again);
      }
    },

    chains,

    async *read({ name, anchor, head }: AuditChain): AsyncGenerator<AuditLine> {
      if (head.sequence <= anchor.sequence) return;
      const between = [padded(anchor.sequence + 1), padded(head.sequence)] as const;
      for await (const items of table.query(auditLinesPartition(name), { between })) {
        yield* items.map(auditLine);
      }
    },

    async list(query: AuditQuery): Promise<AuditPage> {
      return listLines(table, await chains(), query);
    },

    async removeBefore(time: Date): Promise<number> {
      let removed = 0;
      for (const chain of await chains()) removed += await trim(table, chain, time);
      return removed;
    },
  };
}

/** Merges the chains' lines, newest first. */
async function listLines(
  table: TableClient,
  chains: readonly AuditChain[],
  { limit, cursor, ...filter }: AuditQuery,
): Promise<AuditPage> {
  const names = chains.map(({ name }) => name);
  const place = cursor === undefined ? undefined : decodeCursor(cursor, names);
  const sources = chains.map((chain) => {
    // A chain that began after the page before has newer lines alone.
    const last = place ? Math.min(place[chain.name] ?? 0, chain.head.sequence) : chain.head.sequence;
    return new NewestFirst(table, chain, last, Math.min(limit, 200));
  });
  const items: AuditLine[] = [];
  const [first] = sources;
  if (!first) return { items, next: null };
  for (let looked = 0; looked < maxLooked && items.length < limit; looked++) {
    await Promise.all(sources.map((source) => source.fill()));
    const newest = sources.reduce((best, source) => (source.isNewerThan(best) ? source : best), first);
    const line = newest.take();
    if (!line || (filter.since && new Date(line.time) < filter.since && isEnd(sources, filter.since))) break;
    if (fits(line, filter)) items.push(line);
  }
  await Promise.all(sources.map((source) => source.fill()));
  const isMore = sources.some((source) => source.hasMoreSince(filter.since));
  const next = Object.fromEntries(sources.map(({ name, last }) => [name, last]));
  return { items, next: isMore ? encodeCursor(next) : null };
}

function isEnd(sources: readonly NewestFirst[], since: Date): boolean {
  return sources.every((source) => !source.hasMoreSince(since));
}

function fits(line: AuditLine, query: Omit<AuditQuery, 'limit'>): boolean {
  const { since, until, actor, action, entryIds, pictureId } = query;
  const time = new Date(line.time);
  return (
    (!since || time >= since) &&
    (!until || time < until) &&
    (actor === undefined || line.actor === actor) &&
    (action === undefined || line.action === action) &&
    (!entryIds || (line.entryId !== null && entryIds.includes(line.entryId))) &&
    (pictureId === undefined || line.pictureId === pictureId)
  );
}

/** A chain's lines, newest first, of which some are read ahead. */
class NewestFirst {
  readonly name: string;
  /** Sequence of the next line. */
  last: number;
  readonly #lists: AsyncGenerator<Item[]> | undefined;
  #ahead: AuditLine[] = [];
  #isOver = false;

  constructor(table: TableClient, { name, anchor }: AuditChain, last: number, atOnce: number) {
    this.name = name;
    this.last = last;
    const between = [padded(anchor.sequence + 1), padded(last)] as const;
    this.#isOver = last <= anchor.sequence;
    if (this.#isOver) return;
    this.#lists = table.query(auditLinesPartition(name), { between, newestFirst: true, atOnce });
  }

  async fill(): Promise<void> {
    while (this.#ahead.length === 0 && !this.#isOver) {
      const list = await this.#lists?.next();
      this.#isOver = list?.done !== false;
      this.#ahead = (list?.value ?? []).map(auditLine);
    }
  }

  take(): AuditLine | undefined {
    const line = this.#ahead.shift();
    if (line) this.last = line.sequence - 1;
    return line;
  }

  isNewerThan(other: NewestFirst): boolean {
    const [own, others] = [this.#ahead[0]?.time ?? '', other.#ahead[0]?.time ?? ''];
    return own > others;
  }

  /** The times of a chain rise, but where clocks differ. */
  hasMoreSince(since: Date | undefined): boolean {
    const [next] = this.#ahead;
    return next !== undefined && (!since || new Date(next.time) >= since);
  }
}

/** Removes a chain's old lines, some in each transaction, with the line that tells of it. */
async function trim(
  table: TableClient,
  { name, anchor: start, head: { sequence: end } }: AuditChain,
  time: Date,
): Promise<number> {
  for (let anchor = start, removed = 0; ; ) {
    const old = anchor.sequence < end ? await oldLines(table, name, [anchor.sequence + 1, end], time) : [];
    const to = old.at(-1);
    if (!to) return removed;
    const isDone = await table.settle(async () => {
      const item = await table.get(auditChainKey(name));
      // Another sweep was first.
      if (!item || item.anchorSequence !== anchor.sequence) return false;
      const { done } = await table.transact(removalOf(auditChain(item), old, to));
      return done || again;
    });
    if (!isDone) return removed;
    removed += old.length;
    anchor = to;
  }
}

/** The first of the lines, up to one that is kept. */
async function oldLines(
  table: TableClient,
  name: string,
  [first, last]: readonly [number, number],
  time: Date,
): Promise<AuditLine[]> {
  const between = [padded(first), padded(last)] as const;
  const query = table.query(auditLinesPartition(name), { between, atOnce: removedAtOnce });
  const { value = [] } = await query.next();
  const lines = (value as Item[]).map(auditLine);
  const kept = lines.findIndex((line) => new Date(line.time) >= time);
  return kept === -1 ? lines : lines.slice(0, kept);
}

function removalOf({ name, head }: AuditChain, old: readonly AuditLine[], to: AuditPlace): Action[] {
  const lines = linesAfter(head, name, [trimFacts(to)]);
  const last = lines.at(-1) ?? head;
  return [
    {
      update: auditChainKey(name),
      change:
        'SET #sequence = :sequence, #hash = :hash, #anchorSequence = :anchorSequence, #anchorHash = :anchorHash',
      condition: '#sequence = :before AND #hash = :beforeHash',
      values: {
        sequence: last.sequence,
        hash: last.hash,
        anchorSequence: to.sequence,
        anchorHash: to.hash,
        before: head.sequence,
        beforeHash: head.hash,
      },
    },
    ...linePuts(lines),
    ...old.map(
      ({ sequence }): Action => ({ remove: { pk: auditLinesPartition(name), sk: padded(sequence) } }),
    ),
  ];
}

function auditChain(item: Item): AuditChain {
  const { sk, sequence, hash, anchorSequence, anchorHash } = row<ChainItem & Item>(item);
  return {
    name: sk,
    anchor: { sequence: anchorSequence, hash: anchorHash },
    head: { sequence, hash },
  };
}

function auditLine({ pk: _pk, sk: _sk, ...line }: Item): AuditLine {
  return row<AuditLine>(line);
}
