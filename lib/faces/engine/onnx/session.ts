import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';

const require = createRequire(import.meta.url);

export type Session = Ort.InferenceSession;

/** Each output's values by its name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/**
 * Loads an ONNX model on this thread.
 * @param model its path or its bytes.
 */
export async function startSession(model: string | Uint8Array): Promise<Session> {
  const ort: typeof Ort = require('onnxruntime-node');
  const options: Ort.InferenceSession.SessionOptions = {
    // The pool of workers uses the cores: a thread of its own for each session would only get in their way.
    intraOpNumThreads: 1,
    // Nothing short of a crash: what it throws says the rest, and its warnings are for who makes a model.
    logSeverityLevel: 4,
  };
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}

/** Runs a model that has one input, on values of this shape. */
export async function runSession(
  session: Session,
  input: Float32Array,
  shape: readonly number[],
): Promise<Outputs> {
  const ort: typeof Ort = require('onnxruntime-node');
  const [name = ''] = session.inputNames;
  const outputs = await session.run({ [name]: new ort.Tensor('float32', input, shape) });
  return Object.fromEntries(
    Object.entries(outputs).map(([output, { data }]) => [output, data as Float32Array]),
  );
}
