import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { loadConfig } from '../lib/config.ts';
import { loadCustomNetwork } from '../lib/faces/human/custom-model.ts';
import { type EmbeddingModelName, engineModels } from '../lib/faces/human/models.ts';
import { WorkerPool } from '../lib/faces/human/pool.ts';
import { decodePicture } from '../lib/inputs/decode.ts';
import { progressBar } from '../local/progress.ts';

/** Of each picture `<person>/<file>`: its embedding, or nothing where no face was found. */
export type Embeddings = ReadonlyMap<string, Float32Array | undefined>;

/** Every picture below a folder of people, as `<person>/<file>`, sorted. */
export async function picturesOf(folder: string): Promise<string[]> {
  const people = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const pictures = people.map(async ({ name }) =>
    (await readdir(join(folder, name))).map((file) => `${name}/${file}`),
  );
  return (await Promise.all(pictures)).flat().sort();
}

/**
 * Embeds pictures by one model. Of several faces the one nearest to the picture's middle counts, for that is the person whom the
 * folder means.
 */
export async function embedPictures(
  folder: string,
  names: readonly string[],
  model: EmbeddingModelName,
): Promise<Embeddings> {
  const workers = availableParallelism();
  const { customModel } = loadConfig();
  const custom = model === 'Custom' && customModel && (await loadCustomNetwork(customModel));
  const pool = await WorkerPool.start(workers, {
    minConfidence: 0.4,
    modelName: model,
    ...(custom && { customNetwork: custom.network }),
  });
  const bar = progressBar('embed', names.length);
  const limit = pLimit(workers + 1);
  const embed = async (name: string): Promise<[string, Float32Array | undefined]> => {
    const { width, height, pixels } = await decodePicture(await readFile(join(folder, name)));
    const faces = await pool.run({ picture: { width, height, data: pixels }, models: [model] });
    const offCentre = ({ x, y, w, h }: { x: number; y: number; w: number; h: number }) =>
      Math.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2);
    const [face] = [...faces].sort((one, other) => offCentre(one.area) - offCentre(other.area));
    bar.increment();
    return [name, face?.embeddings[model]];
  };
  const embeddings = new Map(await Promise.all(names.map((name) => limit(() => embed(name)))));
  bar.stop();
  await pool.close();
  return embeddings;
}

/** Cosine; -1 where a face is missing. */
export function similarityOf(embeddings: Embeddings, one: string, other: string): number {
  const [a, b] = [embeddings.get(one), embeddings.get(other)];
  if (!a || !b) return -1;
  let [dot, lengthA, lengthB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const value = a[index] as number;
    const partner = b[index] as number;
    dot += value * partner;
    lengthA += value * value;
    lengthB += partner * partner;
  }
  return dot / Math.sqrt(lengthA * lengthB);
}

/** @throws when the command line names no folder, or a model that there is not. */
export function folderAndModel(usage: string): { folder: string; model: EmbeddingModelName } {
  const config = loadConfig();
  const [folder = '', name = config.customModel ? 'Custom' : 'Fusion'] = process.argv.slice(2);
  const model = engineModels(config).find((known) => known === name);
  if (folder === '' || !model) throw new Error(`usage: ${usage}`);
  return { folder, model };
}
