import { existsSync } from 'node:fs';
import { BackendUnavailableError } from '../../../errors.ts';
import { type ModelName, modelFile } from './model-files.ts';
import type { EmbedderName, EmbeddingModelName, EmbeddingModels } from './models.ts';

/** Networks of each embedder; the user's own network has a file of its own. */
const networks: Readonly<Record<EmbedderName, readonly ModelName[]>> = {
  Fusion: ['mobilefacenet', 'mobilefacenet192'],
  FastFusion: ['mobilefacenet', 'mobilefacenet192'],
  FirstFusion: ['mobilefacenet', 'dlib'],
  MobileFaceNet: ['mobilefacenet'],
  Dlib: ['dlib'],
  Custom: [],
};

type HasNetwork = (name: ModelName) => boolean;

const isThere: HasNetwork = (name) => existsSync(modelFile(name));

export function isInstalled(embedder: EmbedderName, hasNetwork = isThere): boolean {
  return networks[embedder].every(hasNetwork);
}

/**
 * Lists the models whose networks are installed. Somebody who may not use a network removes its file, and
 * with it the models that need it.
 * @throws BackendUnavailableError when the model in use is not among them
 */
export function installedModels(
  models: EmbeddingModels,
  used: EmbeddingModelName,
  hasNetwork = isThere,
): EmbeddingModels {
  const installed = new Map([...models].filter(([, { embedder }]) => isInstalled(embedder, hasNetwork)));
  if (installed.has(used)) return installed;
  const { embedder } = models.get(used) ?? { embedder: used };
  const missing = networks[embedder].filter((name) => !hasNetwork(name)).map((name) => `models/${name}.onnx`);
  throw new BackendUnavailableError(
    `The model ${used} lacks ${missing.join(' and ')}: run npm install, or set MODEL_NAME to another of ${[...installed.keys()].join(', ')}.`,
    60,
  );
}
