import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Similarity } from '../geometry/align.ts';
import { dlibChipSize, fitArcFace, fitDlib } from '../geometry/chips.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { type ModelName, modelFile } from '../models/model-files.ts';
import { zeroTinyWeights } from '../onnx/weights.ts';
import type { Session } from '../runtime/port.ts';
import { runSession, startSession } from '../runtime/session.ts';
import type { CustomNetwork, PictureInput } from './picture-input.ts';

/**
 * Input of a network that embeds faces: the place of its chip, and the scaling of each channel's value v to
 * (v - mean) / scale.
 */
export interface ChipInput extends PictureInput {
  readonly fit: (landmarks: Landmarks) => Similarity;
  /** Order of the channels. */
  readonly channels: 'RGB' | 'BGR';
  /** Mean of each channel, in that order. */
  readonly means: Triple;
  readonly scales: Triple;
}

type Triple = readonly [number, number, number];

export interface EmbeddingNetwork {
  /** Cuts and embeds each face once. */
  embed(pyramid: Pyramid, faces: readonly Landmarks[]): Promise<Float32Array[]>;
  /** Cuts the faces' chips for `embedChips`. */
  cut(pyramid: Pyramid, faces: readonly Landmarks[]): Float32Array;
  /** Embeds chips: RGB, `[chips, 3, size, size]`, each value scaled to (v - mean) / scale. */
  embedChips(chips: Float32Array): Promise<Float32Array[]>;
}

/** Chip that both MobileFaceNets take. */
const arcFaceChip = {
  size: 112,
  layout: 'NCHW',
  batch: 1,
  channels: 'RGB',
  means: [127.5, 127.5, 127.5],
  scales: [128, 128, 128],
  fit: fitArcFace,
} as const;

const chipInputs = {
  MobileFaceNet: { ...arcFaceChip, isBatchFixed: true },
  MobileFaceNet192: { ...arcFaceChip, isBatchFixed: false },
  Dlib: {
    size: dlibChipSize,
    layout: 'NCHW',
    batch: 8,
    isBatchFixed: false,
    channels: 'RGB',
    /** Means of dlib's training pictures. */
    means: [122.782, 117.001, 104.298],
    scales: [255, 255, 255],
    fit: fitDlib,
  },
} as const satisfies Record<string, ChipInput>;

/** Describes the input of the user's own network. */
export function arcFaceInput(network: CustomNetwork): ChipInput {
  return { ...network, fit: (landmarks) => fitArcFace(landmarks, network.size) };
}

const files = {
  MobileFaceNet: 'mobilefacenet',
  MobileFaceNet192: 'mobilefacenet192',
  Dlib: 'dlib',
} as const satisfies Record<keyof typeof chipInputs, ModelName>;

const networks = new Map<string, Promise<EmbeddingNetwork>>();

/** Returns a network of this thread, loaded once. */
export function network(name: keyof typeof chipInputs): Promise<EmbeddingNetwork> {
  return once(name, async () => {
    const model = await readFile(modelFile(files[name]));
    return openNetwork(await startSession(model), chipInputs[name]);
  });
}

/**
 * Returns the user's own network of this thread, loaded once.
 * @throws Error when the file has changed since the start
 */
export function customNetwork(custom: CustomNetwork): Promise<EmbeddingNetwork> {
  return once('Custom', async () => {
    const model = await readFile(custom.path);
    if (createHash('sha256').update(model).digest('hex') !== custom.sha256) {
      throw new Error(`${custom.path} has changed since the start: start again.`);
    }
    // ONNX Runtime's own `set_denormal_as_zero` is no choice, because it also changes this thread's
    // arithmetic in JavaScript.
    zeroTinyWeights(model);
    return openNetwork(await startSession(model), arcFaceInput(custom));
  });
}

function once(name: string, load: () => Promise<EmbeddingNetwork>): Promise<EmbeddingNetwork> {
  const loaded = networks.get(name) ?? load();
  networks.set(name, loaded);
  return loaded;
}

/** Opens a network of one input and one output. */
export function openNetwork(session: Session, input: ChipInput): EmbeddingNetwork {
  const { size, batch, layout, isBatchFixed } = input;
  const valuesOfChip = 3 * size * size;
  const { name: outputName = '' } = session.outputs[0] ?? {};
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

/** Number of faces whose chips are in memory at a time, because a picture may show 200. */
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

/** Returns the size and scaling for the pyramid, whose channels are always in the order RGB. */
function inRgb({ size, channels, means, scales }: ChipInput) {
  if (channels === 'RGB') return { size, means, scales };
  const turned = ([b, g, r]: Triple): Triple => [r, g, b];
  return { size, means: turned(means), scales: turned(scales) };
}

/** Mirrors chips of `size` pixels a side in place, by reversing each row of values. */
export function mirror(chips: Float32Array, size: number): void {
  for (let start = 0; start < chips.length; start += size) chips.subarray(start, start + size).reverse();
}

/** Arranges chips in the network's layout, with zeros behind them up to `count` chips. */
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
