import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';

const require = createRequire(import.meta.url);

/** A network that is loaded on this thread. */
export interface Network {
  /**
   * Runs it on `pictures` pictures at once.
   * @param input their values, `[pictures, channels, height, width]`, one after the other.
   * @returns each output's values by its name, good until the next call.
   */
  run(input: Float32Array, pictures: number): Promise<Readonly<Record<string, Float32Array>>>;
}

/**
 * Loads an ONNX model with one input, `[pictures, ...shape]`.
 * @param model its path or its bytes.
 */
export async function openNetwork(model: string | Uint8Array, shape: readonly number[]): Promise<Network> {
  const ort: typeof Ort = require('onnxruntime-node');
  // The pool of workers uses the cores: a thread of its own for each session would only get in their way.
  const options = { intraOpNumThreads: 1 };
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options));
  const [name = ''] = session.inputNames;
  return {
    async run(input, pictures) {
      const outputs = await session.run({ [name]: new ort.Tensor('float32', input, [pictures, ...shape]) });
      return Object.fromEntries(
        Object.entries(outputs).map(([output, { data }]) => [output, data as Float32Array]),
      );
    },
  };
}
