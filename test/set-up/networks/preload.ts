/** Preloaded into programs of the tests: their ONNX Runtime asks a network once for the same input. */
import { registerHooks } from 'node:module';

const runtime = new URL('runtime.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const isReplaced = specifier === 'onnxruntime-node' && context.parentURL !== runtime;
    return isReplaced ? { url: runtime, shortCircuit: true } : next(specifier, context);
  },
});
