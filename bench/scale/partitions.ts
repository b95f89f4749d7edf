/**
 * Computes what calls to DynamoDB cost each partition key, and refuses those to a key that is used up, as the
 * service does. Units are those of AWS' documentation: a strongly consistent read of 4 KB is one, a write of
 * 1 KB is one, and in a transaction both cost twice as much.
 */

/** A value as DynamoDB's protocol writes it. */
type Attribute = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, Attribute>>;

/** Units that one partition gives in a second, by AWS' documentation. */
export const partitionLimits = { reads: 3000, writes: 1000 } as const;
type Kind = keyof typeof partitionLimits;

/** Use of one key, or of keys that differ only in their random or numbered part. */
export interface KeyUse {
  readonly name: string;
  reads: number;
  writes: number;
  /** Calls that were refused for it. */
  refused: number;
}

const readBytes = 4096;
const writeBytes = 1024;

/** Computes an item's size by AWS' rules: names and texts in UTF-8, and numbers of half their digits. */
export function sizeOfItem(item: Attributes): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value),
    0,
  );
}

function sizeOf(attribute: Attribute): number {
  const [type, value] = Object.entries(attribute)[0] ?? ['NULL', true];
  if (type === 'S') return Buffer.byteLength(String(value));
  if (type === 'N') return Math.ceil(String(value).length / 2) + 1;
  if (type === 'B') return Math.floor((String(value).length * 3) / 4);
  if (type === 'L') return (value as Attribute[]).reduce((sum, each) => sum + 1 + sizeOf(each), 3);
  if (type === 'M') return 3 + sizeOfItem(value as Attributes);
  return 1;
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeBytes));
}

export function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / readBytes));
}

/** Names the group of a key: `picture#<id>` is `picture#…`, and `audit#shard-3` is `audit#shard-…`. */
export function groupOf(key: string): string {
  if (/^(picture|image|result|name|folded)#/.test(key)) return `${key.slice(0, key.indexOf('#'))}#…`;
  return key.replace(/#(shard-)?\d+$/, '#$1…');
}

/** Partitions with limits. A key that has used up its second refuses calls until it has time again. */
export class Partitions {
  readonly #limits: Readonly<Record<Kind, number>>;
  readonly #now: () => number;
  readonly #used = new Map<string, { units: number; at: number }>();
  readonly #groups = new Map<string, KeyUse>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(limits: Readonly<Record<Kind, number>> = partitionLimits, now = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Returns true if the key has units left. A call that is admitted may use more than there are. */
  admits(key: string, kind: Kind): boolean {
    if (this.#left(key, kind) > 0) return true;
    this.#use(key).refused += 1;
    return false;
  }

  take(key: string, kind: Kind, units: number): void {
    const left = this.#left(key, kind) - units;
    this.#used.set(`${kind} ${key}`, { units: left, at: this.#now() });
    this.#use(key)[kind] += units;
  }

  /** Returns the use of each group of keys since the start or `reset`, the most written first. */
  use(): KeyUse[] {
    return [...this.#groups.values()].toSorted((one, other) => other.writes - one.writes);
  }

  reset(): void {
    this.#groups.clear();
  }

  #left(key: string, kind: Kind): number {
    const limit = this.#limits[kind];
    const known = this.#used.get(`${kind} ${key}`);
    if (!known) return limit;
    return Math.min(limit, known.units + ((this.#now() - known.at) / 1000) * limit);
  }

  #use(key: string): KeyUse {
    const name = groupOf(key);
    const use = this.#groups.get(name) ?? { name, reads: 0, writes: 0, refused: 0 };
    this.#groups.set(name, use);
    return use;
  }
}
