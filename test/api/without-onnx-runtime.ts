/** Preloaded into a server: it finds ONNX Runtime as a machine does that has no build of it. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'onnxruntime-node') throw new Error('ld-linux-x86-64.so.2: No such file or directory');
    return next(specifier, context);
  },
});
