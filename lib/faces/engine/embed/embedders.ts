import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import type { EmbedderName } from '../models/models.ts';
import { lengthOf } from '../search/distance.ts';
import type { CustomNetwork } from './custom-model.ts';
import { customNetwork, type EmbeddingNetwork, inGroups, mirror, network } from './embedding-networks.ts';

/** Turns faces of a picture into embeddings of its model's dimensions, one for each face, in their order. */
export type Embedder = (pyramid: Pyramid, faces: readonly Landmarks[]) => Promise<Float32Array[]>;

type LoadEmbedder = (custom?: CustomNetwork) => Promise<Embedder>;

/** Loads each embedder on this thread. */
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

/** A network's embeddings, scaled to length 1: of ArcFace's the direction alone counts. */
function units({ embed }: EmbeddingNetwork): Embedder {
  return async (pyramid, faces) => (await embed(pyramid, faces)).map(unit);
}

/** Of both MobileFaceNets, pixels. */
const chipSize = 112;

/**
 * Each network's embeddings of faces that share one chip, and with `isMirrored` their sums with the mirror images'. An element holds one
 * face's, in the networks' order, as long as they come.
 */
function looks(networks: readonly EmbeddingNetwork[], isMirrored: boolean) {
  return async (pyramid: Pyramid, faces: readonly Landmarks[]): Promise<Float32Array[][]> => {
    const [first] = networks;
    const chips = first?.cut(pyramid, faces) ?? new Float32Array();
    const seen = await Promise.all(networks.map(({ embedChips }) => embedChips(chips)));
    if (isMirrored) {
      mirror(chips, chipSize);
      const others = await Promise.all(networks.map(({ embedChips }) => embedChips(chips)));
      seen.forEach((embeddings, index) => {
        embeddings.forEach((embedding, face) => {
          addTo(embedding, others[index]?.[face] as Float32Array);
        });
      });
    }
    return faces.map((_, face) => seen.map((embeddings) => embeddings[face] as Float32Array));
  };
}

function addTo(sum: Float32Array, other: Float32Array): void {
  for (let index = 0; index < sum.length; index++)
    sum[index] = (sum[index] as number) + (other[index] as number);
}

/** The median lengths of the embeddings on LFW's development people, of one look and of the sum of two. */
const medianLengths = {
  MobileFaceNet: { once: 3.53625, mirrored: 7.0381 },
  MobileFaceNet192: { once: 70.4215, mirrored: 140.007 },
} as const;

/** How far an unsure face's sureness falls at most: bad pictures of strangers would look alike without it. */
const leastSureness = 0.8;

/** How much the constant part of an embedding counts beside the face's own, whose length is its sureness. */
const constantLength = 0.5;
/**
 * The constant part's numbers, all equal: as one it would be by far the largest, and the gallery's codes, whose step follows from the
 * largest number, coarser for it. So many fill the last block of codes.
 */
const constantCount = 32;

/**
 * Both MobileFaceNets. ArcFace's networks give faces that they are unsure of shorter embeddings, so their lengths tell how sure they are: a
 * face's sureness z is the geometric mean of both lengths over their medians. With u the two unit vectors side by side, scaled to length 1,
 * and c constant, the embedding is [z u, c] scaled to length 1. Its cosines are ordinary ones: faces that are sure can be nearer to each
 * other, and farther from each other, than those that are not.
 */
async function loadFusion(isMirrored: boolean): Promise<Embedder> {
  const [one, other] = await Promise.all([network('MobileFaceNet'), network('MobileFaceNet192')]);
  const way = isMirrored ? 'mirrored' : 'once';
  const medians = [medianLengths.MobileFaceNet[way], medianLengths.MobileFaceNet192[way]];
  const look = looks([one, other], isMirrored);
  return (pyramid, faces) =>
    inGroups(faces, async (group) => (await look(pyramid, group)).map((raw) => fused(raw, medians)));
}

/** One vector of length 1 of a face's embeddings by several networks. */
export function fused(embeddings: readonly Float32Array[], medians: readonly number[]): Float32Array {
  const lengths = embeddings.map(lengthOf);
  const product = lengths.reduce((sum, length, index) => (sum * length) / (medians[index] as number), 1);
  const sureness = Math.max(leastSureness, product ** (1 / lengths.length));
  const own = sureness / Math.sqrt(lengths.length);
  const constant = Float32Array.from(
    { length: constantCount },
    () => constantLength / Math.sqrt(constantCount),
  );
  const parts = embeddings.flatMap((embedding, index) =>
    Array.from(embedding, (value) => (own * value) / (lengths[index] as number)),
  );
  return unit(Float32Array.from([...parts, ...constant]));
}

/** How much dlib's cosine counts beside MobileFaceNet's in the first Fusion. */
const dlibWeight = 2;

/**
 * The first Fusion, by which old galleries are searched until they are enrolled anew: MobileFaceNet on the face and on its mirror image, and
 * dlib on the face. Their unit vectors side by side are one whose cosines are the weighted means of theirs, (a + w b) / (1 + w).
 */
async function loadFirstFusion(): Promise<Embedder> {
  const [arcFace, dlib] = await Promise.all([network('MobileFaceNet'), network('Dlib')]);
  const look = looks([arcFace], true);
  const share = 1 / Math.sqrt(1 + dlibWeight);
  const dlibShare = Math.sqrt(dlibWeight) * share;
  return (pyramid, faces) =>
    inGroups(faces, async (group) => {
      const ones = await look(pyramid, group);
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
