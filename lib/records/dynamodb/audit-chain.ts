import { randomInt } from 'node:crypto';
import pLimit from 'p-limit';
import { chainStart, linesAfter } from '../../audit/chain.ts';
import type { AuditFacts, AuditLine, AuditPlace } from '../../audit/port.ts';
import { row } from '../shared/row.ts';
import type { Action, Outcome } from './action.ts';
import { padded } from './items.ts';
import type { Item, Key } from './keys.ts';

/** The partition of the chains' ends. */
export const auditChainsPartition = 'audit';
/** Each writer keeps to one of so many chains, so that no item is written by all. */
const chainCount = 16;
/** Transactions that one process may send at the same moment. */
const laneCount = 4;
/** Chains that are tried before the caller tries again. */
const maxAttempts = 10;
const firstChain = 'shard-0';
const chainNames = Array.from({ length: chainCount }, (_, index) => `shard-${index}`);

export const auditChainKey = (chain: string): Key => ({ pk: auditChainsPartition, sk: chain });
export const auditLinesPartition = (chain: string) => `${auditChainsPartition}#${chain}`;

/** A chain's ends as they are kept. */
export interface ChainItem {
  readonly sequence: number;
  readonly hash: string;
  readonly anchorSequence: number;
  readonly anchorHash: string;
}

/** The parts of the table that chains are written with. */
interface Table {
  get(key: Key): Promise<Item | undefined>;
  send(actions: readonly Action[]): Promise<Outcome>;
}

/** A chain that one transaction at a time is written to. */
interface Lane {
  chain: string;
  /** `undefined` until it is read, and after others may have written there. */
  head: AuditPlace | undefined;
}

/**
 * Writes lines together with other actions, in one transaction. A process has a few chains at a time, whose
 * heads it knows, so that its transactions need not wait for each other. It reads a head again only when
 * another process has written there, and takes another chain then.
 */
export class AuditChainWriter {
  readonly #table: Table;
  readonly #slots = pLimit(laneCount);
  /** The lane that was used last is used first, so that a calm process keeps to one chain. */
  readonly #free: Lane[] = [];
  readonly #taken = new Set<string>();

  constructor(table: Table) {
    this.#table = table;
  }

  /** Does all of it or nothing. The places of `refused` are those of `actions`. */
  write(actions: readonly Action[], facts: readonly AuditFacts[]): Promise<Outcome> {
    return this.#slots(async () => {
      const lane = this.#free.pop() ?? { chain: this.#takeChain(), head: undefined };
      try {
        return await this.#writeIn(lane, actions, facts);
      } finally {
        this.#free.push(lane);
      }
    });
  }

  async #writeIn(lane: Lane, actions: readonly Action[], facts: readonly AuditFacts[]): Promise<Outcome> {
    for (let attempts = 1; ; attempts++) {
      const before = lane.head ?? (await this.#readHead(lane.chain));
      const lines = linesAfter(before, lane.chain, facts);
      // Whatever fails, the head may have been written all the same.
      lane.head = undefined;
      const { done, refused } = await this.#table.send([...actions, ...actionsOf(lines, before)]);
      if (done) {
        lane.head = lines.at(-1) ?? before;
        return { done, refused };
      }
      const others = new Map([...refused].filter(([place]) => place < actions.length));
      const isOursAlone = refused.size > 0 && others.size === 0;
      if (!isOursAlone || attempts === maxAttempts) return { done, refused: others };
      this.#taken.delete(lane.chain);
      lane.chain = this.#takeChain();
    }
  }

  /** Takes a chain that no other lane has. */
  #takeChain(): string {
    const free = chainNames.filter((name) => !this.#taken.has(name));
    const chain = free[randomInt(free.length)] ?? firstChain;
    this.#taken.add(chain);
    return chain;
  }

  async #readHead(chain: string): Promise<AuditPlace> {
    const item = row<ChainItem | undefined>(await this.#table.get(auditChainKey(chain)));
    return item ? { sequence: item.sequence, hash: item.hash } : chainStart;
  }
}

/** A chain's lines from some place on, as they are put. */
export function linePuts(lines: readonly AuditLine[]): Action[] {
  return lines.map((line) => {
    return { put: { pk: auditLinesPartition(line.chain), sk: padded(line.sequence), ...line } };
  });
}

/** Puts the lines, and makes the last one the head, if the head is still the one before them. */
function actionsOf(lines: readonly AuditLine[], before: AuditPlace): Action[] {
  const last = lines.at(-1);
  if (!last) return [];
  const { chain } = last;
  const start = before.sequence === 0;
  return [
    ...linePuts(lines),
    {
      update: auditChainKey(chain),
      change: start
        ? 'SET #sequence = :sequence, #hash = :hash, #anchorSequence = :start, #anchorHash = :startHash'
        : 'SET #sequence = :sequence, #hash = :hash',
      condition: start ? 'attribute_not_exists(#pk)' : '#sequence = :before AND #hash = :beforeHash',
      values: {
        sequence: last.sequence,
        hash: last.hash,
        ...(start
          ? { start: chainStart.sequence, startHash: chainStart.hash }
          : { before: before.sequence, beforeHash: before.hash }),
      },
    },
  ];
}
