import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWeights, type Weight, type WeightSpec } from './tfjs-weights.ts';

/**
 * Reads the weights of one of face-api's networks.
 *
 * @param folder of `<name>-weights_manifest.json` and the files that it names.
 */
export async function readFaceApiWeights(folder: string, name: string): Promise<Map<string, Weight>> {
  const manifest = await readFile(join(folder, `${name}-weights_manifest.json`), 'utf8');
  const [{ paths, weights }] = JSON.parse(manifest) as [{ paths: string[]; weights: WeightSpec[] }];
  const files = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  return readWeights(weights, Buffer.concat(files));
}
