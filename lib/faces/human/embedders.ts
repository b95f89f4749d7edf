import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import { cutChip, mirrored, type Pixels, type Similarity } from './align.ts';
import { dlibChipSize, fitArcFace, fitDlib } from './chips.ts';
import type { Landmarks } from './detector.ts';
import { lengthOf } from './distance.ts';
import { faceApiFiles, mobileFaceNetFile } from './model-files.ts';
import type { EmbeddingModelName } from './models.ts';
import { dlibNetwork } from './networks/dlib.ts';
import { loadRefine } from './refine.ts';
import type { Runtime } from './runtime.ts';

const require = createRequire(import.meta.url);

/** Turns a face of a picture into an embedding of its model's dimensions. */
export type Embedder = (picture: Pixels, landmarks: Landmarks) => Promise<Float32Array>;

/** Loads each model's embedder on this thread. */
export const loadEmbedder: Record<EmbeddingModelName, (runtime: Runtime) => Promise<Embedder>> = {
  Fusion: loadFusion,
  /** Its direction alone counts, so it has length 1. */
  MobileFaceNet: async () => {
    const embed = plain(await network('MobileFaceNet'));
    return async (picture, landmarks) => unit(await embed(picture, landmarks));
  },
  Dlib: async () => plain(await network('Dlib')),
};

/** How a network sees a face: where its chip lies, and what becomes of each channel's value v: (v - mean) / scale. */
interface Sight {
  readonly size: number;
  readonly means: readonly [number, number, number];
  readonly scale: number;
  readonly fit: (landmarks: Landmarks) => Similarity;
}

interface Network {
  readonly sight: Sight;
  /** The embedding of a chip, RGB 0..255, row by row. */
  embed(chip: Float32Array): Promise<Float32Array>;
}

const sights = {
  MobileFaceNet: { size: 112, means: [127.5, 127.5, 127.5], scale: 128, fit: fitArcFace },
  /** The means are those of dlib's training pictures. */
  Dlib: { size: dlibChipSize, means: [122.782, 117.001, 104.298], scale: 255, fit: fitDlib },
} as const satisfies Record<string, Sight>;

const modelOf = {
  MobileFaceNet: async () => mobileFaceNetFile,
  /** As face-api carries it. */
  Dlib: () => dlibNetwork(faceApiFiles.models),
} as const;

const networks = new Map<keyof typeof sights, Promise<Network>>();

/** A network of this thread, loaded once. */
function network(name: keyof typeof sights): Promise<Network> {
  const loaded = networks.get(name) ?? loadNetwork(name);
  networks.set(name, loaded);
  return loaded;
}

async function loadNetwork(name: keyof typeof sights): Promise<Network> {
  const ort: typeof Ort = require('onnxruntime-node');
  const model = await modelOf[name]();
  // The pool of workers uses the cores: a thread of its own for each session would only get in their way.
  const options = { intraOpNumThreads: 1 };
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options));
  const sight: Sight = sights[name];
  const { size, means, scale } = sight;
  const pixelCount = size * size;
  return {
    sight,
    async embed(chip) {
      const planes = new Float32Array(3 * pixelCount);
      for (let i = 0; i < pixelCount; i++) {
        for (let channel = 0; channel < 3; channel++) {
          const value = chip[3 * i + channel] as number;
          planes[channel * pixelCount + i] = (value - (means[channel] as number)) / scale;
        }
      }
      const { output } = await session.run({
        input: new ort.Tensor('float32', planes, [1, 3, size, size]),
      });
      return output?.data as Float32Array;
    },
  };
}

/** A network's embedding of one look at a face, as it is. */
function plain({ sight, embed }: Network): Embedder {
  return async (picture, landmarks) => embed(cutChip(picture, sight.fit(landmarks), sight.size));
}

/** The sum of a face's embedding and its mirror image's, scaled to length 1. */
async function bothWays({ sight, embed }: Network, picture: Pixels, landmarks: Landmarks) {
  const chip = cutChip(picture, sight.fit(landmarks), sight.size);
  const seen = await embed(chip);
  const turned = await embed(mirrored(chip, sight.size));
  return unit(seen.map((value, index) => value + (turned[index] as number)));
}

/**
 * How much dlib's cosine counts beside MobileFaceNet's. Strangers' spread about a third as far in dlib's, so 2 is less than its due:
 * it errs more often. Anything from 1.5 to 2.5 does as well on LFW's development people.
 */
const dlibWeight = 2;

/**
 * Both networks, each on the face and on its mirror image, by landmarks that were refined. Their unit vectors side by side are one
 * vector whose cosines are the weighted means of theirs, (a + w b) / (1 + w).
 */
async function loadFusion(runtime: Runtime): Promise<Embedder> {
  const [refine, arcFaceNetwork, dlibNet] = await Promise.all([
    loadRefine(runtime),
    network('MobileFaceNet'),
    network('Dlib'),
  ]);
  const share = 1 / Math.sqrt(1 + dlibWeight);
  const dlibShare = Math.sqrt(dlibWeight) * share;
  return async (picture, landmarks) => {
    const refined = refine(picture, landmarks);
    const one = await bothWays(arcFaceNetwork, picture, refined);
    const other = await bothWays(dlibNet, picture, refined);
    return Float32Array.from([
      ...one.map((value) => share * value),
      ...other.map((value) => dlibShare * value),
    ]);
  };
}

function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}
