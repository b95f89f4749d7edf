import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';

const require = createRequire(import.meta.url);

export type Session = Ort.InferenceSession;

/** Values of each output, by its name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/**
 * Loads an ONNX model on this thread.
 * @param model its path or its bytes
 */
export async function startSession(model: string | Uint8Array): Promise<Session> {
  const ort: typeof Ort = require('onnxruntime-node');
  const options: Ort.InferenceSession.SessionOptions = {
    // The pool of workers uses all cores: further threads for each session would only compete with them.
    intraOpNumThreads: 1,
    // Only fatal errors are logged: other errors are thrown, and warnings concern the model's author.
    logSeverityLevel: 4,
    // A memory pattern keeps one block for each shape of input that ever came. That took 120 MB in two
    // workers, and saved no measurable time.
    enableMemPattern: false,
    // Weights stay out of the arena, which grows by doubling.
    extra: { session: { use_device_allocator_for_initializers: '1' } },
  };
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}

/** Runs a model with one input on values of this shape. */
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
