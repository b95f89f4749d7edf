import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { rough, roughPercent } from '../format.ts';
import { texts } from '../texts.ts';

/**
 * Meaning of a similarity for false accusations. In deepface mode a share of (1 - similarity / 100)^3 of
 * pairs of different people reaches it, for every model (README, "Accuracy"). Amazon publishes no such rate.
 */

/** Nothing was measured beyond. */
const rarestMeasured = 1e-6;

export type Backend = Status['backend'];

/** Returns the share of pairs of different people, 0..1, that look at least as much alike. */
function falseMatchShare(similarity: number): number {
  return Math.max(rarestMeasured, (1 - similarity / 100) ** 3);
}

/** Returns the share of strangers, 0..1, who look at least as much like one of so many listed pictures. */
function falseAccusationShare(similarity: number, images: number): number {
  return 1 - (1 - falseMatchShare(similarity)) ** images;
}

/** Ways to tell a rate: of the rarest only a bound is known, and "1 in 1.6" would tell nobody anything. */
interface RateWords {
  readonly fewest: () => string;
  readonly percent: (percent: string) => string;
  readonly oneIn: (number: string) => string;
}

/** Tells a rate, such as "1 in 46,000". Frequent ones are told in percent. */
function rateText(share: number, { fewest, percent, oneIn }: RateWords): string {
  if (share <= rarestMeasured) return fewest();
  if (share >= 0.3) return percent(roughPercent(share * 100));
  return oneIn(rough(share > 0.1 ? Math.round(1 / share) : 1 / share));
}

/** Explains a similarity in a sentence. */
export function meaningOf(similarity: number, backend: Backend): string {
  const { rateUnknownByAmazon, pairsFewest, pairsPercent, pairsOneIn } = texts.verdicts;
  if (backend === 'aws_rekognition') return rateUnknownByAmazon;
  const words = { fewest: pairsFewest, percent: pairsPercent, oneIn: pairsOneIn };
  return rateText(falseMatchShare(similarity), words);
}

/**
 * Explains in a sentence the effect of matching everybody who is at least so similar. The similarity is
 * undefined if it is unknown.
 */
export function thresholdMeaning(
  similarity: number | undefined,
  images: number | null,
  backend: Backend,
): string {
  const words = texts.verdicts;
  if (similarity === undefined) return words.rateUnknown;
  if (backend === 'aws_rekognition') return words.thresholdByAmazon(roughPercent(similarity));
  const share = falseMatchShare(similarity);
  const { accusedFewest, accusedPercent, accusedOneIn } = words;
  const pair = rateText(share, { fewest: accusedFewest, percent: accusedPercent, oneIn: accusedOneIn });
  return images === null || images < 2 ? pair : `${pair} ${accusedAmong(similarity, images)}`;
}

/** Tells how many strangers would be accused by so many listed pictures. */
function accusedAmong(similarity: number, images: number): string {
  const { againstFewest, againstPercent, againstOneIn, againstAtMost } = texts.verdicts;
  const share = falseAccusationShare(similarity, images);
  if (falseMatchShare(similarity) <= rarestMeasured) return againstAtMost(images, rough(1 / share));
  return rateText(share, {
    fewest: () => againstFewest(images),
    percent: (percent) => againstPercent(images, percent),
    oneIn: (strangers) => againstOneIn(images, strangers),
  });
}
