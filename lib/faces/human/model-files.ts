import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The folder of an installed package, whatever its `exports` map hides. */
export function packageFolder(name: string): string {
  const searched = require.resolve.paths(name) ?? [];
  const folder = searched
    .map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')));
  if (folder === undefined) throw new Error(`The package ${name} is not installed: run npm ci.`);
  return folder;
}

const human = packageFolder('@vladmandic/human');
const faceApi = packageFolder('@vladmandic/face-api');

/** The folders of the networks' weights: Human's BlazeFace and mesh, face-api's SSD and dlib's ResNet. */
export const humanModels = join(human, 'models');
export const faceApiModels = join(faceApi, 'model');

/** face-api's sample pictures, for the demonstration. */
export const sampleFolder = join(faceApi, 'demo');

/** ArcFace MobileFaceNet, put here by `local/install-models.ts`. */
export const mobileFaceNetFile = fileURLToPath(
  new URL('../../../models/mobilefacenet.onnx', import.meta.url),
);
