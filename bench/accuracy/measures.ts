/** Measures of a face comparer, from similarities: higher is closer. A similarity passes a threshold when it is above it. */

export interface ScoredPair {
  readonly fold: number;
  readonly same: boolean;
  readonly similarity: number;
}

/** Similarities of pairs of the same person, and of different ones. */
export interface Scores {
  readonly same: readonly number[];
  readonly different: readonly number[];
}

/** What became of the open-set searches: of people who are listed, and of strangers. */
export interface Searches {
  /** A listed person's other picture: the similarity of the nearest who is listed, and whether that is the right one. */
  readonly listed: readonly { readonly similarity: number; readonly isRight: boolean }[];
  /** A stranger's picture: the similarity of the nearest who is listed. */
  readonly strangers: readonly number[];
}

const descending = (one: number, other: number) => other - one;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const shareAbove = (values: readonly number[], threshold: number) =>
  values.filter((value) => value > threshold).length / values.length;

/** The lowest of the values that at most this share of them is above. */
export function thresholdAt(values: readonly number[], share: number): number {
  const sorted = values.toSorted(descending);
  // Rounding: 0.07 of 100 values is 7.000000000000001.
  const above = Math.floor(share * sorted.length + 1e-9);
  return sorted[Math.min(above, sorted.length - 1)] as number;
}

/** TAR at FAR: the share of the same person's pairs that pass where at most this share of different people's does. */
export function trueAcceptRate({ same, different }: Scores, falseAcceptRate: number): number {
  return shareAbove(same, thresholdAt(different, falseAcceptRate));
}

/** The chance that a pair of the same person is nearer than one of different people; as near counts half. */
export function areaUnderCurve({ same, different }: Scores): number {
  const sorted = different.toSorted((one, other) => one - other);
  const countBelow = (limit: (value: number) => boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (limit(sorted[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = same.map(
    (score) => (countBelow((value) => value < score) + countBelow((value) => value <= score)) / 2,
  );
  return sum(wins) / (same.length * different.length);
}

/** The error rate at the threshold where both kinds are nearest to each other: their mean there. */
export function equalErrorRate({ same, different }: Scores): number {
  const errors = [...same, ...different].map((threshold) => {
    const falseMatches = shareAbove(different, threshold);
    const falseNonMatches = 1 - shareAbove(same, threshold);
    return { gap: Math.abs(falseMatches - falseNonMatches), mean: (falseMatches + falseNonMatches) / 2 };
  });
  return errors.reduce((best, one) => (one.gap < best.gap ? one : best)).mean;
}

/**
 * LFW's own measure: each fold at the threshold that is best on the others, the mean of the folds, and its standard error (the folds'
 * sample standard deviation over the root of their number).
 */
export function crossValidate(pairs: readonly ScoredPair[]) {
  const folds = [...new Set(pairs.map(({ fold }) => fold))];
  const accuracies = folds.map((fold) => {
    const threshold = bestThreshold(pairs.filter((pair) => pair.fold !== fold));
    const tested = pairs.filter((pair) => pair.fold === fold);
    return tested.filter(({ same, similarity }) => similarity > threshold === same).length / tested.length;
  });
  const accuracy = sum(accuracies) / folds.length;
  const variance = sum(accuracies.map((one) => (one - accuracy) ** 2)) / (folds.length - 1);
  return { accuracy, standardError: Math.sqrt(variance / folds.length) };
}

/** The threshold that tells most pairs right, half way between two similarities; the strictest of several. */
function bestThreshold(pairs: readonly ScoredPair[]): number {
  const sorted = pairs.toSorted((one, other) => other.similarity - one.similarity);
  let right = sorted.filter(({ same }) => !same).length;
  let [best, threshold] = [right, Number.POSITIVE_INFINITY];
  sorted.forEach(({ same, similarity }, index) => {
    right += same ? 1 : -1;
    const next = sorted[index + 1]?.similarity ?? -2;
    if (right > best && next < similarity) {
      best = right;
      threshold = (similarity + next) / 2;
    }
  });
  return threshold;
}

/** TPIR at FPIR: the share of listed people who are found as themselves where at most this share of strangers is found as anybody. */
export function identificationRate({ listed, strangers }: Searches, falsePositiveRate: number): number {
  const threshold = thresholdAt(strangers, falsePositiveRate);
  const found = listed.filter(({ similarity, isRight }) => isRight && similarity > threshold);
  return found.length / listed.length;
}

/** The points `[FPIR, TPIR]` of every false positive rate that the number of strangers can tell, thinned out to `most`. */
export function identificationCurve(searches: Searches, most = 120): [number, number][] {
  const count = searches.strangers.length;
  // Even steps of the logarithm, as the plot has them.
  const steps = Array.from({ length: most }, (_, index) => Math.round(count ** (index / (most - 1))));
  return [...new Set(steps)].map((passing) => {
    const rate = passing / count;
    return [rate, identificationRate(searches, rate)];
  });
}

/** The one in the middle; of an even number, the upper of the two. NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
