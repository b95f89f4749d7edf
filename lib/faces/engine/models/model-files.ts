import { fileURLToPath } from 'node:url';

/** Networks that `local/models/install.ts` puts into the folder `models`. */
export type ModelName = 'blazeface' | 'facemesh' | 'ssd' | 'mobilefacenet' | 'mobilefacenet192' | 'dlib';

/** Returns the path of a network's ONNX model. */
export function modelFile(name: ModelName): string {
  return fileURLToPath(new URL(`../../../../models/${name}.onnx`, import.meta.url));
}
