import { fileURLToPath } from 'node:url';

/** The networks that `local/models/install.ts` puts into the folder `models`. */
export type ModelName = 'blazeface' | 'facemesh' | 'ssd' | 'mobilefacenet' | 'dlib';

/** A network's ONNX model. */
export function modelFile(name: ModelName): string {
  return fileURLToPath(new URL(`../../../../models/${name}.onnx`, import.meta.url));
}
