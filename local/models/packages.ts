import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

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

/** The weights of Human's networks, and of face-api's. */
export const humanModels = join(packageFolder('@vladmandic/human'), 'models');
export const faceApiModels = join(packageFolder('@vladmandic/face-api'), 'model');

/** face-api's sample pictures. */
export const sampleFolder = join(packageFolder('@vladmandic/face-api'), 'demo');
