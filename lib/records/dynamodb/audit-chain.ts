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
/** Chains that are tried before the caller tries again. */
const maxAttempts = 10;
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

/**
 * Writes lines together with other actions, in one transaction. A process has one chain at a time, whose head
 * it knows: it reads that only when another process has written there, and takes another chain then.
 */
export class AuditChainWriter {
  readonly #table: Table;
  readonly #oneByOne = pLimit(1);
  #chain = anyChain();
  #head: AuditPlace | undefined;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Does all of it or nothing. The places of `refused` are those of `actions`. */
  write(actions: readonly Action[], facts: readonly AuditFacts[]): Promise<Outcome> {
    return this.#oneByOne(async () => {
      for (let attempts = 1; ; attempts++) {
        const before = this.#head ?? (await this.#readHead());
        const lines = linesAfter(before, this.#chain, facts);
        // Whatever fails, the head may have been written all the same.
        this.#head = undefined;
        const { done, refused } = await this.#table.send([...actions, ...actionsOf(lines, before)]);
        if (done) {
          this.#head = lines.at(-1) ?? before;
          return { done, refused };
        }
        const others = new Map([...refused].filter(([place]) => place < actions.length));
        const isOursAlone = refused.size > 0 && others.size === 0;
        if (!isOursAlone || attempts === maxAttempts) return { done, refused: others };
        this.#chain = anyChain();
      }
    });
  }

  async #readHead(): Promise<AuditPlace> {
    const item = row<ChainItem | undefined>(await this.#table.get(auditChainKey(this.#chain)));
    return item ? { sequence: item.sequence, hash: item.hash } : chainStart;
  }
}

function anyChain(): string {
  return chainNames[randomInt(chainCount)] ?? 'shard-0';
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
