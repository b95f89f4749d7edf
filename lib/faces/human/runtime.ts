import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Tfjs from '@tensorflow/tfjs';
import { faceApiFiles, humanFiles, wasmFolder } from './model-files.ts';

const require = createRequire(import.meta.url);

/** The tensor library of one thread, and the builds of Human and face-api that run on it. */
export interface Runtime {
  readonly tf: typeof Tfjs;
  /** tfjs' own name of it: `tensorflow` is native, `wasm` is everywhere. */
  readonly backend: 'tensorflow' | 'wasm';
  readonly humanBuild: string;
  readonly faceApiBuild: string;
}

/**
 * tfjs-node is used where somebody installed it and it works. Loading is not enough: its 4.22.0 loads on Node 23 and later, then
 * fails in the first operation that takes a list of tensors, for it calls a function that Node has removed.
 */
async function loadNative(): Promise<Runtime | undefined> {
  try {
    const tf: typeof Tfjs = require('@tensorflow/tfjs-node');
    await tf.setBackend('tensorflow');
    await tf.ready();
    const [sum] = tf.tidy(() =>
      tf
        .concat([tf.ones([1, 2]), tf.ones([1, 2])], 0)
        .sum()
        .dataSync(),
    );
    if (sum !== 4) return undefined;
    return {
      tf,
      backend: 'tensorflow',
      humanBuild: humanFiles.nativeBuild,
      faceApiBuild: faceApiFiles.nativeBuild,
    };
  } catch {
    return undefined;
  }
}

async function loadWasm(): Promise<Runtime> {
  const tf: typeof Tfjs = require('@tensorflow/tfjs');
  const wasm: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(wasmFolder);
  await tf.setBackend('wasm');
  await tf.ready();
  return { tf, backend: 'wasm', humanBuild: humanFiles.wasmBuild, faceApiBuild: faceApiFiles.wasmBuild };
}

/** Loads the tensor library for this thread. */
export async function loadRuntime(): Promise<Runtime> {
  return (await loadNative()) ?? (await loadWasm());
}

/** Loads a CommonJS build by its path. */
export function loadBuild<T>(path: string): T {
  return require(path);
}

/**
 * Human asks `fetch` for its models, which knows no files: in this thread, which has no other use for it, `fetch` reads them from
 * Human's own models folder and nothing else.
 */
export function serveModelsToFetch(): void {
  globalThis.fetch = async (input) => {
    const name = String(input).split(/[/\\]/).at(-1) ?? '';
    return new Response(await readFile(join(humanFiles.models, name)), {
      headers: { 'content-type': name.endsWith('.json') ? 'application/json' : 'application/octet-stream' },
    });
  };
}
