import { createRequire } from 'node:module';
import type { Tensor3D } from '@tensorflow/tfjs';
import type * as Ort from 'onnxruntime-node';
import { cutChip, fitSimilarity, type Pixels, type Point } from './align.ts';
import type { Landmarks } from './detector.ts';
import { lengthOf } from './distance.ts';
import { faceApiFiles, mobileFaceNetFile } from './model-files.ts';
import type { EmbeddingModelName } from './models.ts';
import { loadBuild, type Runtime } from './runtime.ts';

const require = createRequire(import.meta.url);

/** Turns a face of a picture into an embedding of its model's dimensions. */
export type Embedder = (picture: Pixels, landmarks: Landmarks) => Promise<Float32Array>;

/** Loads each model's embedder on this thread. */
export const loadEmbedder: Record<EmbeddingModelName, (runtime: Runtime) => Promise<Embedder>> = {
  MobileFaceNet: loadMobileFaceNet,
  Dlib: loadDlib,
};

/** ArcFace's reference points in its 112x112 chip (InsightFace), with the mouth's centre for faces without a mesh. */
const arcFace = {
  size: 112,
  rightEye: [38.29, 51.7],
  leftEye: [73.53, 51.5],
  noseTip: [56.03, 71.74],
  mouthRight: [41.55, 92.37],
  mouthLeft: [70.73, 92.2],
  mouthCentre: [56.14, 92.28],
} as const;

/** ArcFace MobileFaceNet, RGB as (v - 127.5) / 128, NCHW; its embedding's direction alone counts, so it has length 1. */
async function loadMobileFaceNet(): Promise<Embedder> {
  const ort: typeof Ort = require('onnxruntime-node');
  // The pool of workers uses the cores: a thread of its own for each session would only get in their way.
  const session = await ort.InferenceSession.create(mobileFaceNetFile, { intraOpNumThreads: 1 });
  const { size, rightEye, leftEye, noseTip, mouthRight, mouthLeft, mouthCentre } = arcFace;
  const pixelCount = size * size;
  return async (picture, { mesh, ...marks }) => {
    const seen: Point[] = [marks.rightEye, marks.leftEye, marks.noseTip];
    const wanted: Point[] = [rightEye, leftEye, noseTip];
    const toChip = mesh
      ? fitSimilarity([...seen, mesh.mouthRight, mesh.mouthLeft], [...wanted, mouthRight, mouthLeft])
      : fitSimilarity([...seen, marks.mouthCentre], [...wanted, mouthCentre]);
    const chip = cutChip(picture, toChip, size);
    const planes = new Float32Array(3 * pixelCount);
    for (let i = 0; i < pixelCount; i++) {
      for (let channel = 0; channel < 3; channel++) {
        planes[channel * pixelCount + i] = ((chip[3 * i + channel] as number) - 127.5) / 128;
      }
    }
    const { output } = await session.run({ input: new ort.Tensor('float32', planes, [1, 3, size, size]) });
    return unit(output?.data as Float32Array);
  };
}

function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}

/** dlib's mean face for its five-point aligner, 0..1, and the margin and size of the chip that its ResNet was trained on. */
const dlib = {
  size: 150,
  padding: 0.25,
  leftEyeOuter: [0.8595674595992, 0.2134981538014],
  leftEyeInner: [0.6460604764104, 0.2289674387677],
  rightEyeOuter: [0.1205750620789, 0.2137274526848],
  rightEyeInner: [0.3340850613712, 0.2290642403242],
  noseBase: [0.4901123135679, 0.6277975316475],
} as const;

function dlibChipPoint([x, y]: Point): Point {
  const scale = dlib.size / (1 + 2 * dlib.padding);
  return [(x + dlib.padding) * scale, (y + dlib.padding) * scale];
}

/** dlib's ResNet as face-api carries it, 128 numbers, RGB 0..255. */
async function loadDlib({ tf, faceApiBuild }: Runtime): Promise<Embedder> {
  const { FaceRecognitionNet } = loadBuild<{
    FaceRecognitionNet: new () => {
      loadFromDisk(folder: string): Promise<void>;
      computeFaceDescriptor(chip: Tensor3D): Promise<Float32Array>;
    };
  }>(faceApiBuild);
  const net = new FaceRecognitionNet();
  await net.loadFromDisk(faceApiFiles.models);
  const names = ['leftEyeOuter', 'leftEyeInner', 'rightEyeOuter', 'rightEyeInner', 'noseBase'] as const;
  const eyes: Point[] = [
    middle(dlibChipPoint(dlib.leftEyeOuter), dlibChipPoint(dlib.leftEyeInner)),
    middle(dlibChipPoint(dlib.rightEyeOuter), dlibChipPoint(dlib.rightEyeInner)),
  ];
  return async (picture, { mesh, leftEye, rightEye }) => {
    const toChip = mesh
      ? fitSimilarity(
          names.map((name) => mesh[name]),
          names.map((name) => dlibChipPoint(dlib[name])),
        )
      : fitSimilarity([leftEye, rightEye], eyes);
    const chip = tf.tensor3d(cutChip(picture, toChip, dlib.size), [dlib.size, dlib.size, 3]);
    try {
      return await net.computeFaceDescriptor(chip);
    } finally {
      chip.dispose();
    }
  };
}

function middle(one: Point, other: Point): Point {
  return [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}
