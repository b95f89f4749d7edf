/**
 * The pipelines that the engine is compared with, as their packages have them. They run in this process, on
 * the WASM backend of tfjs.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Tfjs from '@tensorflow/tfjs';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';
import { faceApiModels, humanModels } from '../../local/models/packages.ts';
import { faceApiBuild, humanBuild, loadBuild, loadTfjs, wasmFolder } from './tfjs.ts';

/** Finds and embeds every face of a picture, and gives their number. */
export type Pipeline = (picture: DecodedPicture) => Promise<number>;

interface HumanBuild {
  Human: new (
    config: object,
  ) => {
    tf: typeof Tfjs;
    load(): Promise<void>;
    detect(input: Tfjs.Tensor): Promise<{ error: string | null; face: { embedding?: number[] }[] }>;
  };
}

/**
 * Opens Human's face detector, mesh and description, each with Human's own settings. Only two settings
 * differ, since they would make answers wrong here. Human would reuse the last picture's answer for a similar
 * one, and find one face at most.
 */
export async function openHumanPipeline(): Promise<Pipeline> {
  serveModelsToFetch();
  const { Human } = loadBuild<HumanBuild>(humanBuild);
  const off = { enabled: false };
  const human = new Human({
    backend: 'wasm',
    wasmPath: wasmFolder,
    modelBasePath: 'models/',
    cacheSensitivity: 0,
    skipAllowed: false,
    gesture: off,
    body: off,
    hand: off,
    face: { detector: { maxDetected: 200 }, iris: off, emotion: off },
  });
  await human.load();
  return async ({ width, height, pixels }) => {
    const input = human.tf.tensor4d(new Float32Array(pixels), [1, height, width, 3]);
    const { error, face } = await human.detect(input);
    input.dispose();
    if (error) throw new Error(`Human: ${error}`);
    return face.filter(({ embedding }) => embedding?.length).length;
  };
}

interface Net {
  loadFromDisk(folder: string): Promise<void>;
}
interface DescribedFace {
  readonly descriptor: Float32Array;
}
interface FaceApiBuild {
  nets: { ssdMobilenetv1: Net; faceLandmark68Net: Net; faceRecognitionNet: Net };
  detectAllFaces(input: Tfjs.Tensor): {
    withFaceLandmarks(): { withFaceDescriptors(): PromiseLike<DescribedFace[]> };
  };
}

/** Opens face-api's SSD MobileNetV1, 68 landmarks and descriptor, each with face-api's own settings. */
export async function openFaceApiPipeline(): Promise<Pipeline> {
  const tf = await loadTfjs();
  const { nets, detectAllFaces } = loadBuild<FaceApiBuild>(faceApiBuild);
  const { ssdMobilenetv1, faceLandmark68Net, faceRecognitionNet } = nets;
  for (const net of [ssdMobilenetv1, faceLandmark68Net, faceRecognitionNet]) {
    await net.loadFromDisk(faceApiModels);
  }
  return async ({ width, height, pixels }) => {
    const input = tf.tensor3d(new Float32Array(pixels), [height, width, 3]);
    const faces = await detectAllFaces(input).withFaceLandmarks().withFaceDescriptors();
    input.dispose();
    return faces.length;
  };
}

/**
 * Replaces `fetch` in this process by one that reads files from Human's own folder and nothing else. Human
 * loads its models with `fetch`, which can't read files.
 */
function serveModelsToFetch(): void {
  globalThis.fetch = async (input) => {
    const name = String(input).split(/[/\\]/).at(-1) ?? '';
    return new Response(await readFile(join(humanModels, name)), {
      headers: { 'content-type': name.endsWith('.json') ? 'application/json' : 'application/octet-stream' },
    });
  };
}
