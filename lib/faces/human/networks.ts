import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import type { Similarity } from './align.ts';
import { dlibChipSize, fitArcFace, fitDlib } from './chips.ts';
import type { CustomNetwork } from './custom-model.ts';
import type { Landmarks } from './detector.ts';
import { modelFile } from './model-files.ts';
import { replacePRelu } from './onnx/prelu.ts';
import { zeroTinyWeights } from './onnx/weights.ts';

const require = createRequire(import.meta.url);

export type Session = Ort.InferenceSession;

/** Whether a picture's channels lie one after the other, or each pixel's together. */
export type Layout = 'NCHW' | 'NHWC';

/** The input of a network that takes square pictures. */
export interface PictureInput {
  readonly layout: Layout;
  /** Pixels of a side. */
  readonly size: number;
  /**
   * How many chips go through at once. MobileFaceNet's and dlib's first layers fill the processor's second-level cache with one: in eights
   * MobileFaceNet takes 25% longer for each, dlib 15% less.
   */
  readonly batch: number;
  /** Whether it takes exactly so many. */
  readonly isBatchFixed: boolean;
}

/** How a network sees a face: where its chip lies, and what becomes of each channel's value v: (v - mean) / scale. */
export interface Sight extends PictureInput {
  readonly fit: (landmarks: Landmarks) => Similarity;
  /** In this order. */
  readonly channels: 'RGB' | 'BGR';
  /** Of each channel, in that order. */
  readonly means: readonly [number, number, number];
  readonly scales: readonly [number, number, number];
}

export interface Network {
  readonly sight: Sight;
  /** The embeddings of chips, each RGB 0..255, row by row. */
  embed(chips: readonly Float32Array[]): Promise<Float32Array[]>;
}

const sights = {
  MobileFaceNet: {
    size: 112,
    layout: 'NCHW',
    batch: 1,
    isBatchFixed: true,
    channels: 'RGB',
    means: [127.5, 127.5, 127.5],
    scales: [128, 128, 128],
    fit: fitArcFace,
  },
  Dlib: {
    size: dlibChipSize,
    layout: 'NCHW',
    batch: 8,
    isBatchFixed: false,
    channels: 'RGB',
    /** Of dlib's training pictures. */
    means: [122.782, 117.001, 104.298],
    scales: [255, 255, 255],
    fit: fitDlib,
  },
} as const satisfies Record<string, Sight>;

/** How the user's own network sees a face. */
export function arcFaceSight(network: CustomNetwork): Sight {
  return { ...network, fit: (landmarks) => fitArcFace(landmarks, network.size) };
}

const networks = new Map<string, Promise<Network>>();

/** A network of this thread, loaded once. */
export function network(name: keyof typeof sights): Promise<Network> {
  return once(name, async () => {
    const model = await readFile(modelFile(name === 'Dlib' ? 'dlib' : 'mobilefacenet'));
    return openNetwork(await startFastSession(model), sights[name]);
  });
}

/** The user's own network of this thread, loaded once. */
export function customNetwork(custom: CustomNetwork): Promise<Network> {
  return once('Custom', async () => {
    const model = await readFile(custom.path);
    if (createHash('sha256').update(model).digest('hex') !== custom.sha256) {
      throw new Error(`${custom.path} has changed since the start: start again.`);
    }
    // Not by ONNX Runtime's own `set_denormal_as_zero`, which changes this thread's arithmetic in JavaScript too.
    zeroTinyWeights(model);
    return openNetwork(await startFastSession(model), arcFaceSight(custom));
  });
}

function once(name: string, load: () => Promise<Network>): Promise<Network> {
  const loaded = networks.get(name) ?? load();
  networks.set(name, loaded);
  return loaded;
}

/** ONNX Runtime on a model that is as good and faster, or on the model itself where that can't be had. */
async function startFastSession(model: Uint8Array): Promise<Session> {
  try {
    return await startSession(replacePRelu(model));
  } catch {
    return startSession(model);
  }
}

/** ONNX Runtime on a model. */
export async function startSession(model: Uint8Array): Promise<Session> {
  const ort: typeof Ort = require('onnxruntime-node');
  return ort.InferenceSession.create(model, {
    // The pool of workers uses the cores: a thread of its own for each session would only get in their way.
    intraOpNumThreads: 1,
    // Nothing short of a crash: what it throws says the rest, and its warnings are for who makes a model.
    logSeverityLevel: 4,
  });
}

/** A network of one input and one output. */
export function openNetwork(session: Session, sight: Sight): Network {
  const ort: typeof Ort = require('onnxruntime-node');
  const { size, batch, layout, isBatchFixed } = sight;
  const [inputName = ''] = session.inputNames;
  const [outputName = ''] = session.outputNames;
  const run = async (chips: readonly Float32Array[]) => {
    const count = isBatchFixed ? batch : chips.length;
    const shape = layout === 'NCHW' ? [count, 3, size, size] : [count, size, size, 3];
    const input = new ort.Tensor('float32', valuesOf(chips, sight, count), shape);
    const output = (await session.run({ [inputName]: input }))[outputName];
    const embeddings = output?.data as Float32Array;
    const dimensions = embeddings.length / count;
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

/** Chips as the network takes them, and zeros after them up to `count` chips. */
function valuesOf(chips: readonly Float32Array[], sight: Sight, count: number): Float32Array {
  const { size, layout, channels, means, scales } = sight;
  const pixelCount = size * size;
  const values = new Float32Array(count * 3 * pixelCount);
  const [pixelStep, channelStep] = layout === 'NCHW' ? [1, pixelCount] : [3, 1];
  chips.forEach((chip, face) => {
    for (let channel = 0; channel < 3; channel++) {
      const from = channels === 'RGB' ? channel : 2 - channel;
      const mean = means[channel] as number;
      const scale = scales[channel] as number;
      let to = 3 * face * pixelCount + channel * channelStep;
      for (let i = from; i < chip.length; i += 3) {
        values[to] = ((chip[i] as number) - mean) / scale;
        to += pixelStep;
      }
    }
  });
  return values;
}
