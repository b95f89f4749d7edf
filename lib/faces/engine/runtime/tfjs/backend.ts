import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Tf from '@tensorflow/tfjs-core';
import type { RuntimeName } from '../port.ts';

/** tfjs with the backend that computes. */
export interface Backend {
  readonly name: Exclude<RuntimeName, 'onnx'>;
  readonly tf: typeof Tf;
}

type Require = (name: string) => unknown;

/**
 * Loads tfjs on TensorFlow where `@tensorflow/tfjs-node` is installed and works. Elsewhere its WASM backend
 * computes.
 */
export async function loadBackend(require: Require = createRequire(import.meta.url)): Promise<Backend> {
  const native = await loadNative(require);
  return native ?? loadWasm(require);
}

async function loadNative(require: Require): Promise<Backend | undefined> {
  try {
    restoreChecks();
    const tf = require('@tensorflow/tfjs-node') as typeof Tf;
    await tf.setBackend('tensorflow');
    await tf.ready();
    // The package may lack its native library, or have one that fails at the first operation.
    const isRight = tf.tidy(() => {
      const picture = tf.ones([1, 3, 3, 1]) as Tf.Tensor4D;
      return tf.conv2d(picture, tf.ones([3, 3, 1, 1]) as Tf.Tensor4D, 1, 'valid').dataSync()[0] === 9;
    });
    return isRight ? { name: 'tfjs-node', tf } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Restores two functions of the module `util` that Node 23 removed, and that tfjs-node 4.22 calls in every
 * operation.
 */
function restoreChecks(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

const processFailures = ['uncaughtException', 'unhandledRejection'] as const;

async function loadWasm(require: Require): Promise<Backend> {
  const tf = require('@tensorflow/tfjs-core') as typeof Tf;
  const { setWasmPaths } =
    require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(entry), '/'));
  tf.enableProdMode();
  const before = processFailures.map((event) => process.listeners(event as 'exit'));
  if (!(await tf.setBackend('wasm'))) throw new Error('The WASM backend of tfjs does not start.');
  // The WASM backend adds listeners that throw unhandled errors again, which hides their origin. They are
  // removed.
  processFailures.forEach((event, index) => {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before[index]?.includes(listener)) process.off(event, listener);
    }
  });
  return { name: 'tfjs-wasm', tf };
}
