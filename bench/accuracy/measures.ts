/**
 * Measures of a face comparer, from similarities: higher is closer. A similarity passes a threshold if it is
 * above it.
 */

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

/** Results of the open-set searches, for people who are listed and for strangers. */
export interface Searches {
  /**
   * For each further picture of a listed person, the similarity of the nearest listed face, and whether it is
   * the right person's.
   */
  readonly listed: readonly { readonly similarity: number; readonly isRight: boolean }[];
  /** For each stranger's picture, the similarity of the nearest listed face. */
  readonly strangers: readonly number[];
}

const descending = (one: number, other: number) => other - one;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const shareAbove = (values: readonly number[], threshold: number) =>
  values.filter((value) => value > threshold).length / values.length;

/** Finds the lowest value such that at most this share of all values is above it. */
export function thresholdAt(values: readonly number[], share: number): number {
  const sorted = values.toSorted(descending);
  // Corrects for rounding: 0.07 of 100 values is 7.000000000000001.
  const above = Math.floor(share * sorted.length + 1e-9);
  return sorted[Math.min(above, sorted.length - 1)] as number;
}

/**
 * Gives the TAR at a FAR: the share of the same person's pairs that pass, if at most this share of different
 * people's pairs does.
 */
export function trueAcceptRate({ same, different }: Scores, falseAcceptRate: number): number {
  return shareAbove(same, thresholdAt(different, falseAcceptRate));
}

/**
 * Gives the chance that a pair of the same person is nearer than one of different people. A tie counts half.
 */
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

/** Gives the mean of both error rates at the threshold where they are nearest to each other. */
export function equalErrorRate({ same, different }: Scores): number {
  const errors = [...same, ...different].map((threshold) => {
    const falseMatches = shareAbove(different, threshold);
    const falseNonMatches = 1 - shareAbove(same, threshold);
    return { gap: Math.abs(falseMatches - falseNonMatches), mean: (falseMatches + falseNonMatches) / 2 };
  });
  return errors.reduce((best, one) => (one.gap < best.gap ? one : best)).mean;
}

/**
 * Measures accuracy as LFW does: each fold at the threshold that is best on the other folds. The result is
 * the mean of the folds and its standard error, which is their sample standard deviation over the root of
 * their number.
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

/**
 * Finds the threshold that is right about most pairs, half way between two similarities. Among equally good
 * ones it takes the strictest.
 */
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

/**
 * Gives the TPIR at an FPIR: the share of listed people who are found as themselves, if at most this share of
 * strangers is found as anybody.
 */
export function identificationRate({ listed, strangers }: Searches, falsePositiveRate: number): number {
  const threshold = thresholdAt(strangers, falsePositiveRate);
  const found = listed.filter(({ similarity, isRight }) => isRight && similarity > threshold);
  return found.length / listed.length;
}

/**
 * Gives the points `[FPIR, TPIR]` of every false positive rate that the number of strangers can show, at most
 * `most` of them.
 */
export function identificationCurve(searches: Searches, most = 120): [number, number][] {
  const count = searches.strangers.length;
  // The steps are even on a logarithmic axis, which the plot has.
  const steps = Array.from({ length: most }, (_, index) => Math.round(count ** (index / (most - 1))));
  return [...new Set(steps)].map((passing) => {
    const rate = passing / count;
    return [rate, identificationRate(searches, rate)];
  });
}

/** Gives the median; of an even number of values, the upper of the middle two. Without values it is NaN. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
