import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import type { ValueDescription } from '../onnx/model.ts';
import { replacePRelu } from '../onnx/prelu.ts';
import type { Runtime, Session } from './port.ts';

/**
 * Loads ONNX Runtime. It has builds for Linux with glibc, macOS and Windows, on x64 and 64-bit ARM. Elsewhere
 * its package can't be loaded, or is not installed.
 * @throws Error where it has no build
 */
export function loadOnnxRuntime(require: NodeJS.Require = createRequire(import.meta.url)): Runtime {
  const ort: typeof Ort = require('onnxruntime-node');
  return { name: 'onnx', start: (model) => start(ort, model) };
}

/** Starts a session. The bytes of a model are first rewritten to a faster model, where possible. */
async function start(ort: typeof Ort, model: string | Uint8Array): Promise<Session> {
  if (typeof model === 'string') return sessionOf(ort, await ort.InferenceSession.create(model, options));
  try {
    return sessionOf(ort, await ort.InferenceSession.create(replacePRelu(model), options));
  } catch {
    return sessionOf(ort, await ort.InferenceSession.create(model, options));
  }
}

const options: Ort.InferenceSession.SessionOptions = {
  // The pool of workers uses all cores: further threads for each session would only compete with them.
  intraOpNumThreads: 1,
  // Only fatal errors are logged: other errors are thrown, and warnings concern the model's author.
  logSeverityLevel: 4,
  // A memory pattern keeps one block for each shape of input that ever came. That took 120 MB in two workers,
  // and saved no measurable time.
  enableMemPattern: false,
  // Weights stay out of the arena, which grows by doubling.
  extra: { session: { use_device_allocator_for_initializers: '1' } },
};

function sessionOf(ort: typeof Ort, session: Ort.InferenceSession): Session {
  const [name = ''] = session.inputNames;
  return {
    inputs: session.inputMetadata.map(descriptionOf),
    outputs: session.outputMetadata.map(descriptionOf),
    async run(input, shape) {
      const outputs = await session.run({ [name]: new ort.Tensor('float32', input, shape) });
      return Object.fromEntries(
        Object.entries(outputs).map(([output, { data }]) => [output, data as Float32Array]),
      );
    },
    release: () => session.release(),
  };
}

function descriptionOf(value: Ort.InferenceSession.ValueMetadata): ValueDescription {
  return value.isTensor
    ? { name: value.name, isFloat32: value.type === 'float32', shape: value.shape }
    : { name: value.name, isFloat32: false, shape: [] };
}
