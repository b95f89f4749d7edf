import { cutChip, mirrored, type Pixels } from './align.ts';
import type { CustomNetwork } from './custom-model.ts';
import type { Landmarks } from './detector.ts';
import { lengthOf } from './distance.ts';
import type { EmbeddingModelName } from './models.ts';
import { customNetwork, type Network, network } from './networks.ts';

/** Turns faces of a picture into embeddings of its model's dimensions, one for each face, in their order. */
export type Embedder = (picture: Pixels, faces: readonly Landmarks[]) => Promise<Float32Array[]>;

type LoadEmbedder = (custom?: CustomNetwork) => Promise<Embedder>;

/** Loads each model's embedder on this thread. */
export const loadEmbedder: Record<EmbeddingModelName, LoadEmbedder> = {
  Fusion: loadFusion,
  MobileFaceNet: async () => units(await network('MobileFaceNet')),
  Dlib: async () => plain(await network('Dlib')),
  Custom: async (custom) => {
    if (!custom) throw new Error('There is no model of this name.');
    return units(await customNetwork(custom));
  },
};

/** A network's embeddings of one look at each face, scaled to length 1: of ArcFace's the direction alone counts. */
function units(one: Network): Embedder {
  const embed = plain(one);
  return async (picture, faces) => (await embed(picture, faces)).map(unit);
}

/** A network's embeddings of one look at each face, as they are. */
function plain(one: Network): Embedder {
  return (picture, faces) => inGroups(faces, (group) => one.embed(chipsOf(one, picture, group)));
}

/** The sum of each face's embedding and its mirror image's, scaled to length 1. */
function bothWays(one: Network): Embedder {
  return (picture, faces) =>
    inGroups(faces, async (group) => {
      const chips = chipsOf(one, picture, group);
      const turned = chips.map((chip) => mirrored(chip, one.sight.size));
      const embeddings = await one.embed([...chips, ...turned]);
      return group.map((_, face) => {
        const other = embeddings[group.length + face] as Float32Array;
        return unit(
          (embeddings[face] as Float32Array).map((value, index) => value + (other[index] as number)),
        );
      });
    });
}

function chipsOf({ sight }: Network, picture: Pixels, faces: readonly Landmarks[]): Float32Array[] {
  return faces.map((landmarks) => cutChip(picture, sight.fit(landmarks), sight.size));
}

/** Chips of so many faces are in memory at a time: a picture may show 200. */
const groupSize = 16;

async function inGroups(
  faces: readonly Landmarks[],
  embed: (group: readonly Landmarks[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  for (let start = 0; start < faces.length; start += groupSize) {
    embeddings.push(...(await embed(faces.slice(start, start + groupSize))));
  }
  return embeddings;
}

/**
 * How much dlib's cosine counts beside MobileFaceNet's. Strangers' spread about a third as far in dlib's, so 2 is less than its due:
 * it errs more often. Anything from 1.5 to 2.5 does as well on LFW's development people.
 */
const dlibWeight = 2;

/**
 * Both networks, each on the face and on its mirror image. Their unit vectors side by side are one vector whose cosines are the weighted means of theirs, (a + w b) / (1 + w).
 */
async function loadFusion(): Promise<Embedder> {
  const [arcFaceNetwork, dlibNetwork] = await Promise.all([network('MobileFaceNet'), network('Dlib')]);
  const [arcFace, dlib] = [bothWays(arcFaceNetwork), bothWays(dlibNetwork)];
  const share = 1 / Math.sqrt(1 + dlibWeight);
  const dlibShare = Math.sqrt(dlibWeight) * share;
  return async (picture, faces) => {
    const ones = await arcFace(picture, faces);
    const others = await dlib(picture, faces);
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
