import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import type { Similarity } from './align.ts';
import { dlibChipSize, fitArcFace, fitDlib } from './chips.ts';
import type { Landmarks } from './detector.ts';
import { faceApiModels, mobileFaceNetFile } from './model-files.ts';
import { dlibNetwork } from './networks/dlib.ts';
import { replacePRelu } from './onnx-prelu.ts';

const require = createRequire(import.meta.url);

/** How a network sees a face: where its chip lies, and what becomes of each channel's value v: (v - mean) / scale. */
export interface Sight {
  readonly size: number;
  readonly means: readonly [number, number, number];
  readonly scale: number;
  readonly fit: (landmarks: Landmarks) => Similarity;
  /**
   * How many chips go through at once. MobileFaceNet's and dlib's first layers fill the processor's second-level cache with one: in eights
   * MobileFaceNet takes 25% longer for each, dlib 15% less.
   */
  readonly batch: number;
}

export interface Network {
  readonly sight: Sight;
  /** The embeddings of chips, each RGB 0..255, row by row. */
  embed(chips: readonly Float32Array[]): Promise<Float32Array[]>;
}

export type NetworkName = 'MobileFaceNet' | 'Dlib';

const sights: Readonly<Record<NetworkName, Sight>> = {
  MobileFaceNet: { size: 112, means: [127.5, 127.5, 127.5], scale: 128, fit: fitArcFace, batch: 1 },
  /** The means are those of dlib's training pictures. */
  Dlib: { size: dlibChipSize, means: [122.782, 117.001, 104.298], scale: 255, fit: fitDlib, batch: 8 },
};

const modelOf = {
  MobileFaceNet: async () => replacePRelu(await readFile(mobileFaceNetFile)),
  /** As face-api carries it. */
  Dlib: () => dlibNetwork(faceApiModels),
} as const;

const networks = new Map<NetworkName, Promise<Network>>();

/** A network of this thread, loaded once. */
export function network(name: NetworkName): Promise<Network> {
  const loaded = networks.get(name) ?? loadNetwork(name);
  networks.set(name, loaded);
  return loaded;
}

async function loadNetwork(name: NetworkName): Promise<Network> {
  const ort: typeof Ort = require('onnxruntime-node');
  // The pool of workers uses the cores: a thread of its own for each session would only get in their way.
  const session = await ort.InferenceSession.create(await modelOf[name](), { intraOpNumThreads: 1 });
  const sight = sights[name];
  const { size, batch } = sight;
  const run = async (chips: readonly Float32Array[]) => {
    const input = new ort.Tensor('float32', planesOf(chips, sight), [chips.length, 3, size, size]);
    const { output } = await session.run({ input });
    const embeddings = output?.data as Float32Array;
    const dimensions = embeddings.length / chips.length;
    return chips.map((_, face) => embeddings.slice(face * dimensions, (face + 1) * dimensions));
  };
  return {
    sight,
    async embed(chips) {
      const embeddings: Float32Array[] = [];
      for (let start = 0; start < chips.length; start += batch) {
        embeddings.push(...(await run(chips.slice(start, start + batch))));
      }
      return embeddings;
    },
  };
}

/** Chips as a network takes them: of each chip its red values, then its green, then its blue ones. */
function planesOf(chips: readonly Float32Array[], { size, means, scale }: Sight): Float32Array {
  const pixelCount = size * size;
  const planes = new Float32Array(chips.length * 3 * pixelCount);
  chips.forEach((chip, face) => {
    for (let channel = 0; channel < 3; channel++) {
      const mean = means[channel] as number;
      const start = (3 * face + channel) * pixelCount;
      for (let i = 0; i < pixelCount; i++) {
        planes[start + i] = ((chip[3 * i + channel] as number) - mean) / scale;
      }
    }
  });
  return planes;
}
