import {
  type Claim,
  type ClaimedRequest,
  type Clock,
  claimMs,
  type KeptAnswers,
  keptAnswerMs,
} from '../../answers/port.ts';
import { isNew } from './action.ts';
import { again, TableClient, type TableSettings } from './client.ts';
import { timeToLiveAttribute } from './definition.ts';
import { padded } from './items.ts';
import type { Item, Key } from './keys.ts';

/*
 * Items of the kept answers, beside those of `items.ts`:
 *
 * ```
 * pk              sk                a claim, with the number of its answer's parts once there is one
 * answer#<id>     claim
 * answer#<id>     <place>           a part of the sealed answer
 * answers         <expiry>#<id>     index of the claims by the time when they expire, with the entries
 * ```
 *
 * DynamoDB removes expired items some hours or days late, and the sweep earlier. Readers pass over them.
 */
const indexPartition = 'answers';
const claimKey = (id: string): Key => ({ pk: `answer#${id}`, sk: 'claim' });
const partKey = (id: string, place: number): Key => ({ pk: `answer#${id}`, sk: padded(place) });
const indexKey = (id: string, expires: number): Key => ({
  pk: indexPartition,
  sk: `${padded(expires)}#${id}`,
});

/** An item has 400 KB at most, keys and all. */
const maxPartBytes = 350_000;
/** After the last digit in the order of keys. */
const lastId = '~';

interface ClaimItem extends Key {
  readonly fingerprint: string;
  readonly owner: string;
  /** Times in ms. */
  readonly claimedUntil: number;
  readonly expires: number;
  /** Number of the answer's parts; 0 for one that was forgotten, absent while it is worked on. */
  readonly parts?: number;
}

/** Opens the answers for repeated requests, in the records' table. */
export function openDynamoKeptAnswers(settings: TableSettings, now: Clock = Date.now): KeptAnswers {
  return new DynamoKeptAnswers(new TableClient(settings), now);
}

class DynamoKeptAnswers implements KeptAnswers {
  readonly #table: TableClient;
  readonly #now: Clock;

  constructor(table: TableClient, now: Clock) {
    this.#table = table;
    this.#now = now;
  }

  claim(request: ClaimedRequest): Promise<Claim> {
    return this.#table.settle(async () => {
      const now = this.#now();
      const item = await readClaim(this.#table, request.id);
      const known = item && item.expires > now ? item : undefined;
      if (known && known.fingerprint !== request.fingerprint) return { state: 'different' };
      if (known?.parts === 0) return { state: 'forgotten' };
      if (known?.parts !== undefined) return this.#answered(known, request.id);
      if (known && known.claimedUntil > now && known.owner !== request.owner) return { state: 'running' };
      return (await this.#take(request, item, now)) ? { state: 'claimed' } : again;
    });
  }

  async #answered({ parts = 0 }: ClaimItem, id: string): Promise<Claim | typeof again> {
    const keys = Array.from({ length: parts }, (_, place) => partKey(id, place));
    const items = await this.#table.getAll(keys);
    // The answer was forgotten at this moment.
    if (items.length < parts) return again;
    const inOrder = items.toSorted((one, other) => (one.sk < other.sk ? -1 : 1));
    return { state: 'answered', answer: Buffer.concat(inOrder.map(({ bytes }) => bytes as Uint8Array)) };
  }

  async #take(
    { id, fingerprint, owner }: ClaimedRequest,
    before: ClaimItem | undefined,
    now: number,
  ): Promise<boolean> {
    const expires = now + keptAnswerMs;
    const ends = { [timeToLiveAttribute]: Math.ceil(expires / 1000) };
    const claim = { fingerprint, owner, claimedUntil: now + claimMs, expires, ...ends };
    const asRead = before
      ? {
          condition: '#owner = :owner AND #claimedUntil = :claimedUntil',
          values: { owner: before.owner, claimedUntil: before.claimedUntil },
        }
      : isNew;
    const { done } = await this.#table.transact([
      { put: { ...claimKey(id), ...claim }, ...asRead },
      { put: { ...indexKey(id, expires), id, entryIds: [], ...ends } },
      ...(before ? [{ remove: indexKey(id, before.expires) }] : []),
    ]);
    return done;
  }

  async renew({ id, owner }: ClaimedRequest): Promise<void> {
    await this.#update(id, owner, { claimedUntil: this.#now() + claimMs });
  }

  async finish(
    { id, owner }: ClaimedRequest,
    answer: Uint8Array,
    entryIds: readonly number[],
  ): Promise<void> {
    const claim = await readClaim(this.#table, id);
    if (claim?.owner !== owner) return;
    const { expires } = claim;
    const ends = { [timeToLiveAttribute]: Math.ceil(expires / 1000) };
    const count = Math.ceil(answer.length / maxPartBytes);
    for (let place = 0; place < count; place += 1) {
      const bytes = answer.subarray(place * maxPartBytes, (place + 1) * maxPartBytes);
      await this.#write({ ...partKey(id, place), bytes, ...ends });
    }
    // Whoever erases one of the entries finds the answer from here on.
    await this.#write({ ...indexKey(id, expires), id, entryIds: [...entryIds], ...ends });
    await this.#update(id, owner, { parts: count });
  }

  async abandon({ id, owner }: ClaimedRequest): Promise<void> {
    const claim = await readClaim(this.#table, id);
    if (claim?.owner !== owner || claim.parts !== undefined) return;
    const own = { condition: '#owner = :owner', values: { owner } };
    await this.#table.settle(async () => {
      const { done, refused } = await this.#table.transact([
        { remove: claimKey(id), ...own },
        { remove: indexKey(id, claim.expires) },
      ]);
      return done || refused.size > 0 || again;
    });
  }

  async forget({ id }: Pick<ClaimedRequest, 'id'>): Promise<void> {
    const claim = await readClaim(this.#table, id);
    if (claim?.parts !== undefined) await forgetAnswer(this.#table, id);
  }

  async removeExpired(): Promise<number> {
    let count = 0;
    const until = `${padded(this.#now())}#${lastId}`;
    for await (const items of this.#table.query(indexPartition, {
      between: ['', until].map(firstKey) as [string, string],
    })) {
      for (const item of items) {
        await removeAnswer(this.#table, item);
        count += 1;
      }
    }
    return count;
  }

  async #write(put: Item): Promise<void> {
    await this.#table.settle(async () => (await this.#table.transact([{ put }])).done || again);
  }

  async #update(id: string, owner: string, values: Readonly<Record<string, number>>): Promise<void> {
    const change = `SET ${Object.keys(values)
      .map((name) => `#${name} = :${name}`)
      .join(', ')}`;
    await this.#table.settle(async () => {
      const { done, refused } = await this.#table.transact([
        { update: claimKey(id), change, condition: '#owner = :owner', values: { ...values, owner } },
      ]);
      return done || refused.size > 0 || again;
    });
  }
}

/** An empty text is no key, and sorts like the first digit. */
function firstKey(text: string): string {
  return text === '' ? '0' : text;
}

async function readClaim(table: TableClient, id: string): Promise<ClaimItem | undefined> {
  return (await table.get(claimKey(id))) as ClaimItem | undefined;
}

async function removeAnswer(table: TableClient, index: Item): Promise<void> {
  const id = String(index.id);
  const keys: Key[] = [];
  for await (const items of table.query(`answer#${id}`))
    keys.push(...items.map(({ pk, sk }) => ({ pk, sk })));
  for (const key of [...keys, { pk: index.pk, sk: index.sk }]) {
    await table.settle(async () => (await table.transact([{ remove: key }])).done || again);
  }
}

/**
 * Forgets the answers that tell of an entry; their keys stay known. It reads the index of one day, because
 * erasures are rare.
 */
export async function forgetAnswers(table: TableClient, entryId: number): Promise<void> {
  for await (const items of table.query(indexPartition)) {
    for (const item of items) {
      if (!(item.entryIds as readonly number[]).includes(entryId)) continue;
      await forgetAnswer(table, String(item.id));
    }
  }
}

async function forgetAnswer(table: TableClient, id: string): Promise<void> {
  const claim = await readClaim(table, id);
  const parts = claim?.parts ?? 0;
  const update = {
    update: claimKey(id),
    change: 'SET #parts = :none',
    condition: 'attribute_exists(#pk)',
    values: { none: 0 },
  };
  const removed = Array.from({ length: parts }, (_, place) => ({ remove: partKey(id, place) }));
  await table.settle(async () => {
    const { done, refused } = await table.transact([update, ...removed]);
    return done || refused.size > 0 || again;
  });
}
