import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { ConfigError, type CustomModelConfig } from '../../../config.ts';
import type { EngineRuntime } from '../../../contract/vocabulary.ts';
import { distancesAtPowersOfTen } from '../models/calibration.ts';
import { type EmbeddingModel, thresholdsOfUnits } from '../models/models.ts';
import type { Session } from '../runtime/port.ts';
import { startSession } from '../runtime/session.ts';
import { useRuntime } from '../runtime/this-thread.ts';
import { lengthOf } from '../search/distance.ts';
import { arcFaceInput, openNetwork } from './embedding-networks.ts';
import type { CustomNetwork, Layout, PictureInput } from './picture-input.ts';

/** The user's own model, ready for use. */
export interface CustomModel extends EmbeddingModel {
  readonly network: CustomNetwork;
}

/** Version of this file's way to cut faces and to scale embeddings; raise it when that changes. */
const pathVersion = 1;

/** Largest number of dimensions that the search takes. */
const maxDimensions = 2048;
/**
 * Smallest number of dimensions that tells faces apart. A network with fewer is a classifier, for example of
 * ages.
 */
const minDimensions = 32;
const maxBatch = 64;
const minSide = 32;
const maxSide = 512;
const usualSide = 112;

/**
 * Smallest cosine distance between the embeddings of two test pictures; below it, the network does not tell
 * them apart.
 */
const minDifference = 1e-6;

/**
 * Reads the model and tries it out.
 * @param runtime what this thread's networks run on, `auto` unless it is set
 * @throws ConfigError when it can't be used, or its threshold is not set
 */
export async function openCustomModel(
  config: CustomModelConfig,
  runtime?: EngineRuntime,
): Promise<CustomModel> {
  const { network, dimensions } = await loadCustomNetwork(config, runtime);
  const { threshold } = config;
  if (threshold === undefined) {
    throw new ConfigError(
      'With MODEL_PATH, MODEL_THRESHOLD must be set: the cosine distance up to which faces match. ' +
        '`npm run calibrate -- FOLDER` measures it with the same settings, on a folder with a sub-folder of pictures for each person.',
    );
  }
  return {
    embedder: 'Custom',
    network,
    dimensions,
    version: versionOf(network),
    thresholds: thresholdsOfUnits(threshold),
    calibration: config.calibration ?? supposedCalibration(threshold),
    isSupposed: config.calibration === undefined,
  };
}

/**
 * Reads the model and tries it out, for use without a service.
 * @throws ConfigError when it can't be used
 */
export async function loadCustomNetwork(
  config: CustomModelConfig,
  runtime: EngineRuntime = 'auto',
): Promise<{ network: CustomNetwork; dimensions: number }> {
  const { path, channels, means, scales } = config;
  await useRuntime(runtime).catch(({ message }: Error) => {
    throw new ConfigError(message);
  });
  const bytes = await readModel(path);
  const session = await startSession(bytes).catch((error: Error) => {
    throw unusable(path, `can't be loaded: ${firstLine(error)}`);
  });
  try {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const network = { path, sha256, channels, means, scales, ...pictureInputOf(path, session) };
    return { network, dimensions: await tryOut(network, session) };
  } finally {
    await session.release();
  }
}

function unusable(path: string, why: string): ConfigError {
  return new ConfigError(
    'MODEL_PATH takes an ONNX model that turns a picture of a face into an embedding: ' +
      `one input of 32-bit floats [batch, 3, side, side] or [batch, side, side, 3], one output [batch, numbers]. ${path} ${why}.`,
  );
}

/** Returns the first line of an error's message, without its full stop. */
function firstLine({ message }: Error): string {
  return (message.trim().split('\n')[0] ?? '').replace(/\.$/, '');
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    if (!(await stat(path)).isFile()) throw unusable(path, 'is not a file');
    return await readFile(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw unusable(path, code === 'ENOENT' ? 'does not exist' : `can't be read: ${message}`);
  }
}

/**
 * Reads the layout and size of the model's input.
 * @throws ConfigError when it is not one picture of three channels
 */
function pictureInputOf(path: string, { inputs, outputs }: Session): PictureInput {
  const count = (values: readonly unknown[], name: string) =>
    `${values.length} ${name}${values.length === 1 ? '' : 's'}`;
  const [input] = inputs;
  if (inputs.length !== 1 || outputs.length !== 1 || !input) {
    throw unusable(path, `has ${count(inputs, 'input')} and ${count(outputs, 'output')}`);
  }
  const [output] = outputs;
  if (!input.isFloat32 || !output?.isFloat32) {
    throw unusable(path, 'has other values than 32-bit floats as its input or its output');
  }
  const found = pictureInputOfShape(input.shape);
  if (found) return found;
  throw unusable(path, `takes [${input.shape.join(', ')}]`);
}

/**
 * Derives the layout of pictures from an input's shape; returns `undefined` if pictures do not fit it. A
 * dimension that is not a positive number is free. A free side becomes as long as the other, or 112.
 */
export function pictureInputOfShape(shape: readonly (number | string)[]): PictureInput | undefined {
  const [batch, ...rest] = shape.map((size) => (typeof size === 'number' && size > 0 ? size : undefined));
  if (rest.length !== 3 || (batch ?? 1) > maxBatch) return undefined;
  const isLast = rest[0] !== 3 && rest[2] === 3;
  const layout: Layout = isLast ? 'NHWC' : 'NCHW';
  const [height, width] = isLast ? rest : rest.slice(1);
  const size = height ?? width ?? usualSide;
  const isPicture = isLast || rest[0] === undefined || rest[0] === 3;
  const isSquare = (width ?? size) === size;
  if (!isPicture || !isSquare || size < minSide || size > maxSide) return undefined;
  return { layout, size, batch: batch ?? 1, isBatchFixed: batch !== undefined };
}

/**
 * Runs the network on two different pictures without a face, with values -1..1.
 * @returns the number of the embedding's dimensions
 * @throws ConfigError when the embeddings can't be used
 */
async function tryOut(network: CustomNetwork, session: Session): Promise<number> {
  const { path, size } = network;
  const count = 3 * size * size;
  const pictures = Float32Array.from({ length: 2 * count }, (_, i) =>
    i < count ? ((i * 7919) % 256) / 128 - 1 : 1.4 * (i / count - 1) - 0.7,
  );
  const [one, other] = await openNetwork(session, arcFaceInput(network))
    .embedChips(pictures)
    .catch((error: Error) => {
      throw unusable(path, `fails on a picture: ${firstLine(error)}`);
    });
  if (!one || !other) throw unusable(path, 'gives nothing for a picture');
  const dimensions = one.length;
  if (dimensions < minDimensions || dimensions > maxDimensions) {
    throw unusable(
      path,
      `gives ${dimensions} numbers for a picture, not ${minDimensions} to ${maxDimensions}`,
    );
  }
  const product = lengthOf(one) * lengthOf(other);
  // This is false for NaN and for infinite lengths too.
  if (!(product > 0 && product < Number.POSITIVE_INFINITY)) {
    throw unusable(path, 'gives embeddings that are zero or no numbers');
  }
  const dot = one.reduce((sum, value, index) => sum + value * (other[index] as number), 0);
  if (1 - dot / product < minDifference)
    throw unusable(path, 'gives the same embedding for different pictures');
  return dimensions;
}

/** Names a version that changes with the file, and with every setting that changes the embeddings. */
function versionOf({ sha256, channels, means, scales, layout, size }: CustomNetwork): string {
  const parts = JSON.stringify([pathVersion, sha256, channels, means, scales, layout, size]);
  return `Custom-${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`;
}

/**
 * Estimates a calibration where none was measured. It assumes that 1 pair in 100,000 lies within the
 * threshold, and that other distances are spread as MobileFaceNet's are.
 */
function supposedCalibration(threshold: number): readonly number[] {
  const measured = distancesAtPowersOfTen.MobileFaceNet;
  const factor = threshold / (measured[3] as number);
  return measured.map((distance) => factor * distance);
}
