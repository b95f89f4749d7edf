/**
 * tfjs, and the builds of Human and face-api that run on it. The service's own networks are compared with
 * these.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Tfjs from '@tensorflow/tfjs';
import { packageFolder } from '../../local/models/packages.ts';

const require = createRequire(import.meta.url);

/** Path of Human's build, which its `exports` map hides. */
export const humanBuild = join(packageFolder('@vladmandic/human'), 'dist/human.node-wasm.js');
export const faceApiBuild = join(packageFolder('@vladmandic/face-api'), 'dist/face-api.node-wasm.js');

/** Folder of tfjs' WASM binaries, with the slash at its end that tfjs wants. */
export const wasmFolder = `${join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist')}/`;

/** Loads tfjs with its WASM backend. */
export async function loadTfjs(): Promise<typeof Tfjs> {
  const tf: typeof Tfjs = require('@tensorflow/tfjs');
  const wasm: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(wasmFolder);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}

/** Loads a CommonJS build by its path. */
export function loadBuild<T>(path: string): T {
  return require(path);
}
