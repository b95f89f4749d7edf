import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { loadCustomNetwork } from '../../lib/faces/engine/embed/custom-model.ts';
import { type EmbedderName, engineModels, isModelVersion } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Picture } from '../../lib/inputs/picture.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { WrongUseError } from '../wrong-use.ts';

/** The embedding of each picture `<person>/<file>`; undefined if no face was found in it. */
export type Embeddings = ReadonlyMap<string, Float32Array | undefined>;

/** Lists every picture below a folder of people, as `<person>/<file>`, sorted. */
export async function picturesOf(folder: string): Promise<string[]> {
  const people = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const pictures = people.map(async ({ name }) =>
    (await readdir(join(folder, name))).map((file) => `${name}/${file}`),
  );
  return (await Promise.all(pictures)).flat().sort();
}

/** Embeds pictures with one model, see `embedByModels`. */
export async function embedPictures(
  folder: string,
  names: readonly string[],
  model: EmbedderName,
): Promise<Embeddings> {
  return (await embedByModels(folder, names, [model])).get(model) as Embeddings;
}

/**
 * Embeds pictures with several models in one pass, on the service's workers. If a picture shows several
 * faces, the one nearest to its middle counts: it is the person whom the folder means.
 */
export async function embedByModels(
  folder: string,
  names: readonly string[],
  models: readonly EmbedderName[],
): Promise<ReadonlyMap<EmbedderName, Embeddings>> {
  const workers = availableParallelism();
  const [modelName] = models;
  if (modelName === undefined) return new Map();
  const { customModel, engineRuntime: runtime } = loadConfig();
  const custom = models.includes('Custom') && customModel && (await loadCustomNetwork(customModel, runtime));
  const pool = await WorkerPool.start(workers, {
    minConfidence: usualMinConfidence,
    modelName,
    runtime,
    ...(custom && { customNetwork: custom.network }),
  });
  const bar = progressBar('embed', names.length);
  const limit = pLimit(workers + 1);
  const embed = async (name: string) => {
    const { width, height, pixels } = await readPicture(join(folder, name));
    const faces = await pool.run({ picture: { width, height, pixels }, models });
    const offCentre = ({ x, y, w, h }: { x: number; y: number; w: number; h: number }) =>
      Math.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2);
    const [face] = [...faces].sort((one, other) => offCentre(one.area) - offCentre(other.area));
    bar.increment();
    return { name, embeddings: face?.embeddings };
  };
  try {
    const embedded = await limit.map(names, embed);
    return new Map(
      models.map((model) => [model, new Map(embedded.map((one) => [one.name, one.embeddings?.[model]]))]),
    );
  } finally {
    bar.stop();
    limit.clearQueue();
    await pool.close();
  }
}

/** @throws WrongUseError that names the file. */
async function readPicture(path: string): Promise<Picture> {
  try {
    return await decodePicture(await readFile(path));
  } catch (cause) {
    throw new WrongUseError(`${path} can't be read as a picture: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Reads folder and model from the command line. The default model is the custom one if there is one, and
 * otherwise `Fusion`. `Fusion` stands for the fusion of the configured profile.
 *
 * @throws Error if there is no folder, or the model is unknown.
 */
export function folderAndModel(usage: string): { folder: string; model: EmbedderName } {
  const config = loadConfig();
  const [folder = '', name = config.customModel ? 'Custom' : 'Fusion'] = process.argv.slice(2);
  const known = engineModels(config).find((one) => one === name);
  const model = isModelVersion(name) ? name : known;
  if (folder === '' || !model) throw new Error(`usage: ${usage}`);
  return { folder, model: model === 'Fusion' && config.engineProfile === 'fast' ? 'FastFusion' : model };
}
