import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** Finds the folder of an installed package, even if its `exports` map hides it. */
export function packageFolder(name: string): string {
  const searched = require.resolve.paths(name) ?? [];
  const folder = searched
    .map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')));
  if (folder === undefined) throw new Error(`The package ${name} is not installed: run npm ci.`);
  return folder;
}

/** Folders of the weights of Human's networks, and of face-api's. */
export const humanModels = join(packageFolder('@vladmandic/human'), 'models');
export const faceApiModels = join(packageFolder('@vladmandic/face-api'), 'model');

/** Folder of face-api's sample pictures. */
export const sampleFolder = join(packageFolder('@vladmandic/face-api'), 'demo');
