import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Similarity } from '../geometry/align.ts';
import { dlibChipSize, fitArcFace, fitDlib } from '../geometry/chips.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { type ModelName, modelFile } from '../models/model-files.ts';
import { replacePRelu } from '../onnx/prelu.ts';
import { runSession, type Session, startSession } from '../onnx/session.ts';
import { zeroTinyWeights } from '../onnx/weights.ts';
import type { CustomNetwork } from './custom-model.ts';

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
export interface ChipInput extends PictureInput {
  readonly fit: (landmarks: Landmarks) => Similarity;
  /** In this order. */
  readonly channels: 'RGB' | 'BGR';
  /** Of each channel, in that order. */
  readonly means: Triple;
  readonly scales: Triple;
}

type Triple = readonly [number, number, number];

export interface EmbeddingNetwork {
  /** The embeddings of chips, one look at each face. */
  embed(pyramid: Pyramid, faces: readonly Landmarks[]): Promise<Float32Array[]>;
  /** The faces' chips, as `embedChips` takes them. */
  cut(pyramid: Pyramid, faces: readonly Landmarks[]): Float32Array;
  /** The embeddings of so many chips: RGB, `[chips, 3, size, size]`, each value less its mean, over its scale. */
  embedChips(chips: Float32Array): Promise<Float32Array[]>;
}

/** Of both MobileFaceNets: one chip serves the two. */
const arcFaceChip = {
  size: 112,
  layout: 'NCHW',
  batch: 1,
  channels: 'RGB',
  means: [127.5, 127.5, 127.5],
  scales: [128, 128, 128],
  fit: fitArcFace,
} as const;

const sights = {
  MobileFaceNet: { ...arcFaceChip, isBatchFixed: true },
  MobileFaceNet192: { ...arcFaceChip, isBatchFixed: false },
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
} as const satisfies Record<string, ChipInput>;

/** How the user's own network sees a face. */
export function arcFaceInput(network: CustomNetwork): ChipInput {
  return { ...network, fit: (landmarks) => fitArcFace(landmarks, network.size) };
}

const files = {
  MobileFaceNet: 'mobilefacenet',
  MobileFaceNet192: 'mobilefacenet192',
  Dlib: 'dlib',
} as const satisfies Record<keyof typeof sights, ModelName>;

const networks = new Map<string, Promise<EmbeddingNetwork>>();

/** A network of this thread, loaded once. */
export function network(name: keyof typeof sights): Promise<EmbeddingNetwork> {
  return once(name, async () => {
    const model = await readFile(modelFile(files[name]));
    return openNetwork(await startFastSession(model), sights[name]);
  });
}

/** The user's own network of this thread, loaded once. */
export function customNetwork(custom: CustomNetwork): Promise<EmbeddingNetwork> {
  return once('Custom', async () => {
    const model = await readFile(custom.path);
    if (createHash('sha256').update(model).digest('hex') !== custom.sha256) {
      throw new Error(`${custom.path} has changed since the start: start again.`);
    }
    // Not by ONNX Runtime's own `set_denormal_as_zero`, which changes this thread's arithmetic in JavaScript too.
    zeroTinyWeights(model);
    return openNetwork(await startFastSession(model), arcFaceInput(custom));
  });
}

function once(name: string, load: () => Promise<EmbeddingNetwork>): Promise<EmbeddingNetwork> {
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

/** A network of one input and one output. */
export function openNetwork(session: Session, input: ChipInput): EmbeddingNetwork {
  const { size, batch, layout, isBatchFixed } = input;
  const valuesOfChip = 3 * size * size;
  const [outputName = ''] = session.outputNames;
  const run = async (chips: Float32Array) => {
    const count = isBatchFixed ? batch : chips.length / valuesOfChip;
    const shape = layout === 'NCHW' ? [count, 3, size, size] : [count, size, size, 3];
    const outputs = await runSession(session, arranged(chips, input, count), shape);
    const embeddings = outputs[outputName] as Float32Array;
    const dimensions = embeddings.length / count;
    return Array.from({ length: chips.length / valuesOfChip }, (_, face) =>
      embeddings.slice(face * dimensions, (face + 1) * dimensions),
    );
  };
  const embedChips = async (chips: Float32Array) => {
    const embeddings: Float32Array[] = [];
    for (let start = 0; start < chips.length; start += batch * valuesOfChip) {
      embeddings.push(...(await run(chips.subarray(start, start + batch * valuesOfChip))));
    }
    return embeddings;
  };
  const cut = (pyramid: Pyramid, faces: readonly Landmarks[]) =>
    pyramid.cut(
      faces.map((face) => input.fit(face)),
      inRgb(input),
    );
  return {
    cut,
    embedChips,
    embed: (pyramid, faces) => inGroups(faces, (group) => embedChips(cut(pyramid, group))),
  };
}

/** Chips of so many faces are in memory at a time: a picture may show 200. */
const groupSize = 16;

/** Embeds any number of faces, some at a time. */
export async function inGroups(
  faces: readonly Landmarks[],
  embed: (group: readonly Landmarks[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  for (let start = 0; start < faces.length; start += groupSize) {
    embeddings.push(...(await embed(faces.slice(start, start + groupSize))));
  }
  return embeddings;
}

/** What the pyramid is asked for: its channels are in the order RGB. */
function inRgb({ size, channels, means, scales }: ChipInput) {
  if (channels === 'RGB') return { size, means, scales };
  const turned = ([b, g, r]: Triple): Triple => [r, g, b];
  return { size, means: turned(means), scales: turned(scales) };
}

/** Turns chips of `size` pixels a side, in place, into what a mirror shows of them: each row of values the other way round. */
export function mirror(chips: Float32Array, size: number): void {
  for (let start = 0; start < chips.length; start += size) chips.subarray(start, start + size).reverse();
}

/** Chips as the network takes them, and zeros after them up to `count` chips. */
function arranged(chips: Float32Array, { size, layout, channels }: ChipInput, count: number): Float32Array {
  const pixelCount = size * size;
  const isAsItIs = layout === 'NCHW' && channels === 'RGB';
  if (isAsItIs && chips.length === count * 3 * pixelCount) return chips;
  const values = new Float32Array(count * 3 * pixelCount);
  const [pixelStep, channelStep] = layout === 'NCHW' ? [1, pixelCount] : [3, 1];
  for (let plane = 0; plane * pixelCount < chips.length; plane++) {
    const channel = channels === 'RGB' ? plane % 3 : 2 - (plane % 3);
    let to = (plane - (plane % 3)) * pixelCount + channel * channelStep;
    for (const value of chips.subarray(plane * pixelCount, (plane + 1) * pixelCount)) {
      values[to] = value;
      to += pixelStep;
    }
  }
  return values;
}
