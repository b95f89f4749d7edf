import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The folder of an installed package, whatever its `exports` map hides. */
function packageFolder(name: string): string {
  const searched = require.resolve.paths(name) ?? [];
  const folder = searched
    .map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')));
  if (folder === undefined) throw new Error(`The package ${name} is not installed: run npm ci.`);
  return folder;
}

const human = packageFolder('@vladmandic/human');
const faceApi = packageFolder('@vladmandic/face-api');

/** Human's builds (its `exports` map blocks them) and the folder of its BlazeFace and mesh models. */
export const humanFiles = {
  wasmBuild: join(human, 'dist/human.node-wasm.js'),
  nativeBuild: join(human, 'dist/human.node.js'),
  models: join(human, 'models'),
};

/** face-api's builds and the folder of its dlib ResNet weights. */
export const faceApiFiles = {
  wasmBuild: join(faceApi, 'dist/face-api.node-wasm.js'),
  nativeBuild: join(faceApi, 'dist/face-api.node.js'),
  models: join(faceApi, 'model'),
};

/** face-api's sample pictures, for the demonstration. */
export const sampleFolder = join(faceApi, 'demo');

/** The folder of tfjs' WASM binaries, ending in a slash as tfjs wants it. */
export const wasmFolder = `${join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist')}/`;

/** ArcFace MobileFaceNet, put here by `local/install-models.ts`. */
export const mobileFaceNetFile = fileURLToPath(
  new URL('../../../models/mobilefacenet.onnx', import.meta.url),
);
