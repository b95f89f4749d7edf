/**
 * Steps of 1/10,000 in which similarities from -1 to 1 are counted. A hundred million pairs take no more
 * memory than ten.
 */
const stepsPerOne = 10_000;

export class ScoreCounts {
  readonly #counts = new Float64Array(2 * stepsPerOne + 1);
  total = 0;

  add(similarity: number): void {
    const step = Math.floor((Math.max(-1, Math.min(1, similarity)) + 1) * stepsPerOne);
    this.#counts[step] = (this.#counts[step] as number) + 1;
    this.total++;
  }

  /** Counts the similarities in each `width` from `from` to `to`, as shares of all. */
  histogram(from: number, to: number, width: number): number[] {
    const shares = Array<number>(Math.round((to - from) / width)).fill(0);
    this.#counts.forEach((count, step) => {
      const bin = Math.floor((step / stepsPerOne - 1 - from) / width + 1e-9);
      if (bin >= 0 && bin < shares.length) shares[bin] = (shares[bin] as number) + count / this.total;
    });
    return shares;
  }

  /** Yields the share of all that lies in a step or above it, from the highest similarity down. */
  *sharesFromTop(): Generator<number, void> {
    let above = 0;
    for (let step = this.#counts.length - 1; step >= 0; step--) {
      above += this.#counts[step] as number;
      yield above / this.total;
    }
  }
}

/**
 * Gives the detection error trade-off as points `[FMR, FNMR]`, with `perDecade` points for each power of ten.
 * They run from the lowest FMR that the number of pairs can show up to 1. The FNMR is that of the loosest
 * threshold whose FMR is no higher.
 */
export function errorTradeOff(same: ScoreCounts, different: ScoreCounts, perDecade = 8): [number, number][] {
  const rates: number[] = [];
  for (let exponent = 0; 10 ** (-exponent / perDecade) * different.total >= 1; exponent++) {
    rates.push(10 ** (-exponent / perDecade));
  }
  const points: [number, number][] = [];
  let next = rates.pop();
  let missed = 1;
  const accepted = same.sharesFromTop();
  for (const falseMatchRate of different.sharesFromTop()) {
    while (next !== undefined && falseMatchRate > next * (1 + 1e-9)) {
      points.push([next, missed]);
      next = rates.pop();
    }
    missed = 1 - (accepted.next().value ?? 1);
  }
  if (next !== undefined) points.push([next, missed]);
  return points;
}

/** Gives the FNMR at one false match rate. */
export function missRateAt(same: ScoreCounts, different: ScoreCounts, falseMatchRate: number): number {
  let missed = 1;
  const accepted = same.sharesFromTop();
  for (const rate of different.sharesFromTop()) {
    if (rate > falseMatchRate * (1 + 1e-9)) break;
    missed = 1 - (accepted.next().value ?? 1);
  }
  return missed;
}
