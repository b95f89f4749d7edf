import type { Landmarks } from '../detect/detector.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import type { EmbeddingModelName } from '../models/models.ts';
import { lengthOf } from '../search/distance.ts';
import type { CustomNetwork } from './custom-model.ts';
import { customNetwork, type EmbeddingNetwork, network } from './embedding-networks.ts';

/** Turns faces of a picture into embeddings of its model's dimensions, one for each face, in their order. */
export type Embedder = (pyramid: Pyramid, faces: readonly Landmarks[]) => Promise<Float32Array[]>;

type LoadEmbedder = (custom?: CustomNetwork) => Promise<Embedder>;

/** Loads each model's embedder on this thread. */
export const loadEmbedder: Record<EmbeddingModelName, LoadEmbedder> = {
  Fusion: loadFusion,
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

/** The sum of each face's embedding and its mirror image's, scaled to length 1. */
function bothWays({ embed, embedMirrored }: EmbeddingNetwork): Embedder {
  return async (pyramid, faces) => {
    const ones = await embed(pyramid, faces);
    const others = await embedMirrored(pyramid, faces);
    return ones.map((one, face) => {
      const other = others[face] as Float32Array;
      return unit(one.map((value, index) => value + (other[index] as number)));
    });
  };
}

/**
 * How much dlib's cosine counts beside MobileFaceNet's. Strangers' spread about a third as far in dlib's, so 2 is less than its due:
 * it errs more often. Anything from 1.5 to 2.5 does as well on LFW's development people.
 */
const dlibWeight = 2;

/**
 * Both networks, MobileFaceNet on the face and on its mirror image (dlib's would cost a quarter of all the time, and gain nothing that can be
 * measured). Their unit vectors side by side are one vector whose cosines are the weighted means of theirs, (a + w b) / (1 + w).
 */
async function loadFusion(): Promise<Embedder> {
  const [arcFaceNetwork, dlibNetwork] = await Promise.all([network('MobileFaceNet'), network('Dlib')]);
  const [arcFace, dlib] = [bothWays(arcFaceNetwork), units(dlibNetwork)];
  const share = 1 / Math.sqrt(1 + dlibWeight);
  const dlibShare = Math.sqrt(dlibWeight) * share;
  return async (pyramid, faces) => {
    const ones = await arcFace(pyramid, faces);
    const others = await dlib(pyramid, faces);
    return ones.map((one, face) =>
      Float32Array.from([
        ...one.map((value) => share * value),
        ...(others[face] as Float32Array).map((value) => dlibShare * value),
      ]),
    );
  };
}

function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}
