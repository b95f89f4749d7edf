import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import type { EmbedderName } from '../models/models.ts';
import { lengthOf } from '../search/distance.ts';
import { customNetwork, type EmbeddingNetwork, inGroups, mirror, network } from './embedding-networks.ts';
import { constantCount, constantLength } from './fusion-mean.ts';
import type { CustomNetwork } from './picture-input.ts';

/**
 * Computes the embeddings of a picture's faces, in the model's dimensions, one for each face in their order.
 */
export type Embedder = (pyramid: Pyramid, faces: readonly Landmarks[]) => Promise<Float32Array[]>;

type LoadEmbedder = (custom?: CustomNetwork) => Promise<Embedder>;

/** Loaders of all embedders, for this thread. */
export const loadEmbedder: Record<EmbedderName, LoadEmbedder> = {
  Fusion: () => loadFusion(true),
  FastFusion: () => loadFusion(false),
  FirstFusion: loadFirstFusion,
  MobileFaceNet: async () => units(await network('MobileFaceNet')),
  Dlib: async () => (await network('Dlib')).embed,
  Custom: async (custom) => {
    if (!custom) throw new Error('There is no model of this name.');
    return units(await customNetwork(custom));
  },
};

/** Scales a network's embeddings to length 1, because only the direction of ArcFace's embeddings counts. */
function units({ embed }: EmbeddingNetwork): Embedder {
  return async (pyramid, faces) => (await embed(pyramid, faces)).map(unit);
}

/** Side of both MobileFaceNets' chips, in pixels. */
const chipSize = 112;

/**
 * Makes a function that embeds faces by networks which share one chip. With `isMirrored`, it adds the
 * embedding of each chip's mirror image. It returns each face's embeddings, one per network in their order,
 * not scaled.
 */
function chipEmbedder(networks: readonly EmbeddingNetwork[], isMirrored: boolean) {
  return async (pyramid: Pyramid, faces: readonly Landmarks[]): Promise<Float32Array[][]> => {
    const [first] = networks;
    const chips = first?.cut(pyramid, faces) ?? new Float32Array();
    const sums = await Promise.all(networks.map(({ embedChips }) => embedChips(chips)));
    if (isMirrored) {
      mirror(chips, chipSize);
      const others = await Promise.all(networks.map(({ embedChips }) => embedChips(chips)));
      sums.forEach((embeddings, index) => {
        embeddings.forEach((embedding, face) => {
          addTo(embedding, others[index]?.[face] as Float32Array);
        });
      });
    }
    return faces.map((_, face) => sums.map((embeddings) => embeddings[face] as Float32Array));
  };
}

function addTo(sum: Float32Array, other: Float32Array): void {
  for (let index = 0; index < sum.length; index++)
    sum[index] = (sum[index] as number) + (other[index] as number);
}

/**
 * Median lengths of the embeddings of LFW's development people: of the face alone, and of the sum with its
 * mirror image.
 */
const medianLengths = {
  MobileFaceNet: { once: 3.53625, mirrored: 7.0381 },
  MobileFaceNet192: { once: 70.4215, mirrored: 140.007 },
} as const;

/**
 * Lower limit of a face's confidence. Without it, bad pictures of strangers would have nearly equal
 * embeddings.
 */
const minConfidence = 0.8;

/**
 * Loads both MobileFaceNets. ArcFace's networks give shorter embeddings to faces that they are unsure of, so
 * the lengths measure their confidence. A face's confidence z is the geometric mean of both lengths over
 * their medians.
 *
 * Let u be the two unit vectors side by side, scaled to length 1, and c a constant vector. The embedding is
 * [z u, c] scaled to length 1, so its cosines are ordinary ones. Two faces of high confidence can be closer
 * to each other, and farther apart, than two of low confidence.
 */
async function loadFusion(isMirrored: boolean): Promise<Embedder> {
  const [one, other] = await Promise.all([network('MobileFaceNet'), network('MobileFaceNet192')]);
  const way = isMirrored ? 'mirrored' : 'once';
  const medians = [medianLengths.MobileFaceNet[way], medianLengths.MobileFaceNet192[way]];
  const embedGroup = chipEmbedder([one, other], isMirrored);
  return (pyramid, faces) =>
    inGroups(faces, async (group) => (await embedGroup(pyramid, group)).map((raw) => fused(raw, medians)));
}

/** Joins a face's embeddings by several networks to one vector of length 1. */
export function fused(embeddings: readonly Float32Array[], medians: readonly number[]): Float32Array {
  const lengths = embeddings.map(lengthOf);
  const product = lengths.reduce((sum, length, index) => (sum * length) / (medians[index] as number), 1);
  const confidence = Math.max(minConfidence, product ** (1 / lengths.length));
  const own = confidence / Math.sqrt(lengths.length);
  const constant = Float32Array.from(
    { length: constantCount },
    () => constantLength / Math.sqrt(constantCount),
  );
  const parts = embeddings.flatMap((embedding, index) =>
    Array.from(embedding, (value) => (own * value) / (lengths[index] as number)),
  );
  return unit(Float32Array.from([...parts, ...constant]));
}

/** Weight of dlib's cosine in the first Fusion, where MobileFaceNet's is 1. */
const dlibWeight = 2;

/**
 * Loads the first Fusion, which searches old galleries until their faces are enrolled anew. It embeds the
 * face and its mirror image by MobileFaceNet, and the face by dlib. The unit vectors, side by side, form one
 * vector. Its cosines are the weighted means of theirs, (a + w b) / (1 + w).
 */
async function loadFirstFusion(): Promise<Embedder> {
  const [arcFace, dlib] = await Promise.all([network('MobileFaceNet'), network('Dlib')]);
  const embedGroup = chipEmbedder([arcFace], true);
  const share = 1 / Math.sqrt(1 + dlibWeight);
  const dlibShare = Math.sqrt(dlibWeight) * share;
  return (pyramid, faces) =>
    inGroups(faces, async (group) => {
      const ones = await embedGroup(pyramid, group);
      const others = await dlib.embed(pyramid, group);
      return ones.map(([one], face) =>
        Float32Array.from([
          ...unit(one as Float32Array).map((value) => share * value),
          ...unit(others[face] as Float32Array).map((value) => dlibShare * value),
        ]),
      );
    });
}

function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}
