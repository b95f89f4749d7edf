import type { Status } from '../../../../lib/contract/endpoints/status.ts';

/**
 * What a similarity says about false accusations. In deepface mode a share of (1 - similarity / 100)^3 of pairs of different people reaches
 * it, for every model (README, "Accuracy"). Amazon tells no such rate.
 */

/** Nothing was measured beyond. */
const rarestMeasured = 1e-6;

export type Backend = Status['backend'];

/** Share of pairs of different people, 0..1, that look at least as much alike. */
function falseMatchShare(similarity: number): number {
  return Math.max(rarestMeasured, (1 - similarity / 100) ** 3);
}

/** Share of strangers, 0..1, who look at least as much like one of so many listed pictures. */
function falseAccusationShare(similarity: number, images: number): number {
  return 1 - (1 - falseMatchShare(similarity)) ** images;
}

const two = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

/** Such as "1 in 46,000", before what is counted; "1 in 1.6" would tell nobody anything, so the frequent are told in percent. */
function oneIn(share: number): string {
  if (share <= rarestMeasured) return 'fewer than 1 in 1,000,000';
  if (share >= 0.3) return `${two.format(share * 100)}% of`;
  return `1 in ${two.format(share > 0.1 ? Math.round(1 / share) : 1 / share)}`;
}

/** What a similarity means, in a sentence. */
export function meaningOf(similarity: number, backend: Backend): string {
  if (backend === 'aws_rekognition') {
    return 'Amazon Rekognition does not say how often strangers look this much alike.';
  }
  const share = falseMatchShare(similarity);
  return `${capital(oneIn(share))} pairs of strangers ${share <= rarestMeasured ? 'look' : 'look at least'} this much alike.`;
}

/** What it means to accuse everybody who is at least so similar, in a sentence; undefined: nobody knows how similar that is. */
export function thresholdMeaning(
  similarity: number | undefined,
  images: number | null,
  backend: Backend,
): string {
  if (similarity === undefined)
    return 'How many strangers that accuses wrongly is not known for this measure.';
  if (backend === 'aws_rekognition') {
    return `Everybody at least ${two.format(similarity)}% similar is shown as a match. Amazon does not say how many strangers that accuses wrongly.`;
  }
  const pair = `${capital(oneIn(falseMatchShare(similarity)))} comparisons with a stranger is a false accusation`;
  if (images === null || images < 2) return `${pair}.`;
  const share = falseAccusationShare(similarity, images);
  const strangers =
    falseMatchShare(similarity) <= rarestMeasured ? `at most 1 in ${two.format(1 / share)}` : oneIn(share);
  return `${pair}. Against the ${images.toLocaleString('en')} pictures listed now, ${strangers} strangers would be accused.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
