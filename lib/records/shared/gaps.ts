/**
 * Counts the ranks of a scope that were removed, so that a page is found by its offset although ranks are
 * never given anew. A tree of three levels: a bit for each rank in leaves, counts of removed ranks by leaf
 * in branches, and counts by branch in the root. Finding a rank reads one node of each level; a scope of
 * which nothing was removed has none.
 */

/** Ranks of a leaf, and leaves of a branch. */
export const leafRanks = 2048;
export const branchLeaves = 1024;
const branchRanks = leafRanks * branchLeaves;
/** The root begins with the largest rank that was removed. */
const rootHeadBytes = 8;

export interface NodePlace {
  readonly level: 'root' | 'branch' | 'leaf';
  /** The number among its level's, from 0 on. */
  readonly number: number;
}

export interface NodeChange extends NodePlace {
  readonly bytes: Uint8Array;
}

export type NodeBytes = Uint8Array | undefined;

/**
 * An answer that needs nodes: it yields the place of each, and is given its bytes, `undefined` where there
 * is none.
 */
export type Reading<Result> = Generator<NodePlace, Result, NodeBytes>;

/** Runs a reading with nodes that are there at once. */
export function readNow<Result>(reading: Reading<Result>, nodeAt: (place: NodePlace) => NodeBytes): Result {
  for (let step = reading.next(); ; ) {
    if (step.done) return step.value;
    step = reading.next(nodeAt(step.value));
  }
}

/** Runs a reading with nodes that are far away. */
export async function readLater<Result>(
  reading: Reading<Result>,
  nodeAt: (place: NodePlace) => Promise<NodeBytes>,
): Promise<Result> {
  for (let step = reading.next(); ; ) {
    if (step.done) return step.value;
    step = reading.next(await nodeAt(step.value));
  }
}

const root: NodePlace = { level: 'root', number: 0 };

/** The largest rank that was ever removed; 0 where there is none. A new picture's rank is larger. */
export function* largestRemoved(): Reading<number> {
  const bytes = yield root;
  return bytes ? viewOf(bytes).getFloat64(0) : 0;
}

/** Counts the removed ranks from 1 to this one. */
export function* removedUpTo(rank: number): Reading<number> {
  if (rank < 1) return 0;
  const rootBytes = yield root;
  if (!rootBytes) return 0;
  const place = rank - 1;
  const branch = Math.floor(place / branchRanks);
  const leaf = Math.floor(place / leafRanks);
  let removed = 0;
  for (let number = 0; number < branch; number += 1) removed += branchCount(rootBytes, number);
  if (branchCount(rootBytes, branch) === 0) return removed;
  const branchBytes = yield { level: 'branch', number: branch };
  for (let number = 0; number < leaf % branchLeaves; number += 1) removed += leafCount(branchBytes, number);
  if (leafCount(branchBytes, leaf % branchLeaves) === 0) return removed;
  const leafBytes = yield { level: 'leaf', number: leaf };
  const inLeaf = (place % leafRanks) + 1;
  for (let bit = 0; bit < inLeaf; bit += 1) if (isSet(leafBytes, bit)) removed += 1;
  return removed;
}

/** Counts the ranks of the range that are there still. */
export function* remaining({ first, last }: { first: number; last: number }): Reading<number> {
  if (last < first) return 0;
  return last - first + 1 - (yield* removedUpTo(last)) + (yield* removedUpTo(first - 1));
}

/** The ranks of the range that are there still, ascending. */
export function* remainingRanks({ first, last }: { first: number; last: number }): Reading<number[]> {
  const rootBytes = yield root;
  const ranks: number[] = [];
  for (let from = first; from <= last; ) {
    const leaf = leafOf(from);
    const end = Math.min(last, (leaf + 1) * leafRanks);
    const branch = Math.floor(leaf / branchLeaves);
    const isGapped = rootBytes !== undefined && branchCount(rootBytes, branch) > 0;
    const leafBytes = isGapped ? yield { level: 'leaf', number: leaf } : undefined;
    for (let rank = from; rank <= end; rank += 1) {
      if (!isSet(leafBytes, (rank - 1) % leafRanks)) ranks.push(rank);
    }
    from = end + 1;
  }
  return ranks;
}

/** The rank of the `count`-th one that is there still, counted from rank 1 on; `count` >= 1. */
export function* rankOfRemaining(count: number): Reading<number> {
  const rootBytes = yield root;
  if (!rootBytes) return count;
  let left = count;
  const branches = (rootBytes.length - rootHeadBytes) / 4;
  let branch = 0;
  for (; branch < branches; branch += 1) {
    const there = branchRanks - branchCount(rootBytes, branch);
    if (left <= there) break;
    left -= there;
  }
  const beforeBranch = branch * branchRanks;
  if (branchCount(rootBytes, branch) === 0) return beforeBranch + left;
  const branchBytes = yield { level: 'branch', number: branch };
  let leaf = 0;
  for (; leaf < branchLeaves - 1; leaf += 1) {
    const there = leafRanks - leafCount(branchBytes, leaf);
    if (left <= there) break;
    left -= there;
  }
  const beforeLeaf = beforeBranch + leaf * leafRanks;
  if (leafCount(branchBytes, leaf) === 0) return beforeLeaf + left;
  const leafBytes = yield { level: 'leaf', number: branch * branchLeaves + leaf };
  for (let bit = 0; bit < leafRanks; bit += 1) {
    if (!isSet(leafBytes, bit)) left -= 1;
    if (left === 0) return beforeLeaf + bit + 1;
  }
  // The nodes were read while others changed them.
  return beforeLeaf + leafRanks;
}

/**
 * The rank of the one that is there still below so many others that are, counted from `last` down; `skipped`
 * >= 1.
 */
export function* rankBelow(last: number, skipped: number): Reading<number> {
  const there = last - (yield* removedUpTo(last));
  return there > skipped ? yield* rankOfRemaining(there - skipped) : 0;
}

/** The number of the leaf that a rank is in. */
export const leafOf = (rank: number) => Math.floor((rank - 1) / leafRanks);

/** The nodes as they are once these ranks are removed too. Those that were removed already change nothing. */
export function* removing(ranks: readonly number[]): Reading<NodeChange[]> {
  const byLeaf = Map.groupBy(ranks, leafOf);
  const changes: NodeChange[] = [];
  const branches = new Map<number, Uint8Array>();
  let rootBytes = copyOf(yield root, rootHeadBytes);
  for (const [leaf, ranksOfLeaf] of byLeaf) {
    const leafBytes = copyOf(yield { level: 'leaf', number: leaf }, leafRanks / 8);
    const added = setBits(
      leafBytes,
      ranksOfLeaf.map((rank) => (rank - 1) % leafRanks),
    );
    if (added === 0) continue;
    changes.push({ level: 'leaf', number: leaf, bytes: leafBytes });
    const branch = Math.floor(leaf / branchLeaves);
    const branchBytes =
      branches.get(branch) ?? copyOf(yield { level: 'branch', number: branch }, 2 * branchLeaves);
    branches.set(branch, branchBytes);
    const inBranch = leaf % branchLeaves;
    viewOf(branchBytes).setUint16(2 * inBranch, leafCount(branchBytes, inBranch) + added);
    rootBytes = copyOf(rootBytes, rootHeadBytes + 4 * (branch + 1));
    viewOf(rootBytes).setUint32(rootHeadBytes + 4 * branch, branchCount(rootBytes, branch) + added);
  }
  if (changes.length === 0) return [];
  const view = viewOf(rootBytes);
  view.setFloat64(0, Math.max(view.getFloat64(0), ...ranks));
  for (const [number, bytes] of branches) changes.push({ level: 'branch', number, bytes });
  return [...changes, { ...root, bytes: rootBytes }];
}

function setBits(leafBytes: Uint8Array, bits: readonly number[]): number {
  let added = 0;
  for (const bit of bits) {
    if (isSet(leafBytes, bit)) continue;
    leafBytes[bit >> 3] = (leafBytes[bit >> 3] as number) | (1 << (bit & 7));
    added += 1;
  }
  return added;
}

const isSet = (bytes: NodeBytes, bit: number) => ((bytes?.[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;

function branchCount(bytes: Uint8Array, branch: number): number {
  const at = rootHeadBytes + 4 * branch;
  return at + 4 <= bytes.length ? viewOf(bytes).getUint32(at) : 0;
}

function leafCount(bytes: NodeBytes, leaf: number): number {
  return bytes ? viewOf(bytes).getUint16(2 * leaf) : 0;
}

/** Copies bytes to an array of that length at least; new bytes are 0. */
function copyOf(bytes: NodeBytes, length: number): Uint8Array {
  const copy = new Uint8Array(Math.max(length, bytes?.length ?? 0));
  if (bytes) copy.set(bytes);
  return copy;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
