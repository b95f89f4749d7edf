/**
 * Rekognition's similarity, 0..100, from the cosine distance between two MobileFaceNet embeddings (0..2).
 *
 * How the service computes its own is not published; it gives more than 99 to most pictures of one person and almost nothing to
 * strangers. A logistic curve through two points does the same:
 *
 * - distance 0.56, the default threshold of `lib/faces/engine/models/models.ts` (false match rate 1 in 25,000): similarity 95;
 * - distance 1, where embeddings have nothing in common, as strangers' do on average: similarity 0.1.
 *
 * `similarity(d) = 100 * g(d) / g(0)` with `g(d) = 1 / (1 + exp(steepness * (d - middle)))`; dividing by `g(0)`, which is
 * 1 - 2e-7, makes identical embeddings exactly 100. It falls with the distance, so that it ranks as the distance does. As the service's
 * numbers, it has single precision, in which also embeddings that are identical but for their rounding have 100.
 */
export function similarityOf(distance: number): number {
  return Math.fround(Math.max(0, Math.min(100, (100 * logistic(distance)) / atZero)));
}

const anchors = { matching: { distance: 0.56, share: 0.95 }, unrelated: { distance: 1, share: 0.001 } };

const steepness =
  (logit(anchors.matching.share) - logit(anchors.unrelated.share)) /
  (anchors.unrelated.distance - anchors.matching.distance);
const middle = anchors.matching.distance + logit(anchors.matching.share) / steepness;

const atZero = logistic(0);

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function logistic(distance: number): number {
  return 1 / (1 + Math.exp(steepness * (distance - middle)));
}
