/** Embeddings of a face by their networks. Only the backend that made it can search its gallery for it. */
export interface FacePrint {
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** Joins a face's embeddings by one network to one. */
export type MeanVector = (vectors: readonly Float32Array[], weights: readonly number[]) => Float32Array;

/**
 * Joins the prints of one face: the mean of their directions, as long as they are on average.
 * @param prints at least one, all of the same networks
 * @param weights how much each print counts; all count the same without them
 * @param means networks whose embeddings are joined in a way of their own
 */
export function meanPrint(
  prints: readonly FacePrint[],
  weights: readonly number[] = [],
  means: Readonly<Partial<Record<string, MeanVector>>> = {},
): FacePrint {
  const [first] = prints;
  if (!first) throw new RangeError('A mean needs at least one print.');
  const names = Object.keys(first.vectors);
  const meanOf = (name: string) =>
    (means[name] ?? meanVector)(
      prints.flatMap(({ vectors }) => vectors[name] ?? []),
      weights,
    );
  return { vectors: Object.fromEntries(names.map((name) => [name, meanOf(name)])) };
}

function meanVector(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  let lengths = 0;
  for (const [index, vector] of vectors.entries()) {
    const length = lengthOf(vector);
    lengths += length;
    const share = (weights[index] ?? 1) / (length || 1);
    for (let at = 0; at < sum.length; at++) {
      sum[at] = (sum[at] as number) + share * (vector[at] as number);
    }
  }
  const scale = lengths / vectors.length / (lengthOf(sum) || 1);
  return Float32Array.from(sum, (value) => value * scale);
}

/** Computes the cosine distance (0..2) of two prints; 2 where they have no network in common. */
export function printDistance(one: FacePrint, other: FacePrint): number {
  const name = Object.keys(one.vectors).find((known) => other.vectors[known] !== undefined);
  const [first, second] = name === undefined ? [] : [one.vectors[name], other.vectors[name]];
  if (!first || !second) return 2;
  let [dot, firstSquares, secondSquares] = [0, 0, 0];
  for (let at = 0; at < first.length; at++) {
    const [value, other] = [first[at] as number, second[at] as number];
    dot += value * other;
    firstSquares += value * value;
    secondSquares += other * other;
  }
  return 1 - dot / (Math.sqrt(firstSquares * secondSquares) || 1);
}

function lengthOf(vector: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
