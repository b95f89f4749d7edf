import type { Tensor4D } from '@tensorflow/tfjs';
import type { Box, FacialArea } from '../../contract/shapes.ts';
import type { Pixels, Point } from './align.ts';
import { wasmFolder } from './model-files.ts';
import { loadBuild, type Runtime, serveModelsToFetch } from './runtime.ts';

/** Where the parts of a face are, in pixels of the picture, unrounded. "Left" is the person's own left. */
export interface Landmarks {
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly noseTip: Point;
  readonly mouthCentre: Point;
  /** What only the face mesh tells; a face that turns too far away has none. */
  readonly mesh?: {
    readonly mouthLeft: Point;
    readonly mouthRight: Point;
    readonly leftEyeOuter: Point;
    readonly leftEyeInner: Point;
    readonly rightEyeOuter: Point;
    readonly rightEyeInner: Point;
    readonly noseBase: Point;
  };
}

export interface Detection {
  readonly area: FacialArea;
  /** 0..1, of the box. */
  readonly confidence: number;
  readonly landmarks: Landmarks;
}

export interface Detector {
  /** Every face of the picture, largest first. */
  detect(picture: Pixels): Promise<Detection[]>;
}

/** The part of Human's answer that we use. */
interface HumanFace {
  box: [number, number, number, number];
  boxScore: number;
  mesh: [number, number, number][];
}
interface HumanInstance {
  load(): Promise<void>;
  detect(input: Tensor4D): Promise<{ error: string | null; face: HumanFace[] }>;
}

/** More faces than this in one picture are left out, the least certain first. */
const maxFaces = 200;

/**
 * The picture's longer side while it is searched, in pixels. Human rounds landmarks to whole pixels, so a small picture is
 * enlarged first (on 250x250 pictures that is worth 0.25 points of accuracy); a large one would cost time and memory for
 * nothing, for BlazeFace sees all pictures at 256x256 and the mesh each face at 192x192.
 */
const minWorkingSide = 640;
const maxWorkingSide = 1280;

/** Human hands its boxes out enlarged by this factor of its `detector.scale`. */
const boxEnlargement = 1.4;

/**
 * Human's BlazeFace and face mesh on this thread.
 * @param minConfidence 0..1: faces whose box is less certain are left out.
 */
export async function loadDetector(runtime: Runtime, minConfidence: number): Promise<Detector> {
  serveModelsToFetch();
  const { Human } = loadBuild<{ Human: new (config: object) => HumanInstance }>(runtime.humanBuild);
  const off = { enabled: false };
  const human = new Human({
    backend: runtime.backend,
    wasmPath: wasmFolder,
    modelBasePath: 'models/',
    async: false,
    cacheSensitivity: 0,
    skipAllowed: false,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    segmentation: off,
    face: {
      enabled: true,
      detector: { rotation: true, maxDetected: maxFaces, minConfidence, iouThreshold: 0.3 },
      // A profile has no usable mesh, but it is a face: keep it with the six points that BlazeFace gives.
      mesh: { enabled: true, keepInvalid: true },
      iris: off,
      emotion: off,
      description: off,
      antispoof: off,
      liveness: off,
    },
  });
  await human.load();
  return {
    async detect(picture) {
      const found: Detection[] = [];
      for (const tile of tilesOf(picture)) {
        const { input, scale } = workingTensor(runtime, tile.pixels);
        try {
          const { error, face } = await human.detect(input);
          if (error) throw new Error(`Human: ${error}`);
          found.push(...face.map((one) => detectionOf(one, scale, tile, picture)));
        } finally {
          input.dispose();
        }
      }
      const sure = found.filter(
        ({ area, confidence }) => area.w > 0 && area.h > 0 && confidence >= minConfidence,
      );
      return withoutRepeats(sure).sort((one, other) => sizeOf(other.area) - sizeOf(one.area));
    },
  };
}

/** A part of a picture, and where it begins there. */
interface Tile {
  readonly x: number;
  readonly y: number;
  readonly pixels: Pixels;
}

/** A picture that is longer than this many times its shorter side is searched in tiles of that shape. */
const tileAspect = 2;
const maxTiles = 16;

/**
 * The whole picture; or of a long one, tiles that overlap by its shorter side, so that every face lies whole in one of them. (Past 16
 * tiles they are longer: there the picture is a strip that shows no face worth the time.)
 */
function* tilesOf(picture: Pixels): Generator<Tile> {
  const { width, height } = picture;
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (longer <= tileAspect * shorter) {
    yield { x: 0, y: 0, pixels: picture };
    return;
  }
  const step = Math.max(shorter, Math.ceil(longer / maxTiles));
  for (let start = 0; start + shorter < longer; start += step) {
    const length = Math.min(step + shorter, longer - start);
    yield width > height
      ? { x: start, y: 0, pixels: cut(picture, start, 0, length, height) }
      : { x: 0, y: start, pixels: cut(picture, 0, start, width, length) };
  }
}

function cut(picture: Pixels, x: number, y: number, width: number, height: number): Pixels {
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const start = 3 * ((y + row) * picture.width + x);
    data.set(picture.data.subarray(start, start + 3 * width), 3 * row * width);
  }
  return { width, height, data };
}

/** Of boxes that mean one face, which two tiles have shown, the surest. */
function withoutRepeats(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const one of [...detections].sort((a, b) => b.confidence - a.confidence)) {
    if (!kept.some((other) => overlap(one.area, other.area) > 0.7)) kept.push(one);
  }
  return kept;
}

function sizeOf({ w, h }: Box): number {
  return w * h;
}

/** The share of the smaller box that lies in the other, 0..1: a tile's edge may have cut one of them. */
function overlap(one: Box, other: Box): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / Math.min(sizeOf(one), sizeOf(other));
}

/**
 * The picture as Human wants it, and how many of its pixels one of the picture's became. It is filled up to a square: BlazeFace's own
 * input is one, and Human would stretch any other picture to it, and every face with it.
 */
function workingTensor({ tf }: Runtime, picture: Pixels): { input: Tensor4D; scale: number } {
  const factor = Math.ceil(Math.max(picture.width, picture.height) / maxWorkingSide);
  const reduced = reduce(picture, factor);
  const enlarged = Math.max(1, minWorkingSide / Math.max(reduced.width, reduced.height));
  const size: [number, number] = [
    Math.round(reduced.height * enlarged),
    Math.round(reduced.width * enlarged),
  ];
  const input = tf.tidy(() => {
    const tensor = tf.tensor4d(new Float32Array(reduced.data), [1, reduced.height, reduced.width, 3]);
    const resized = enlarged === 1 ? tensor : tf.image.resizeBilinear(tensor, size, false, true);
    const [height, width] = size;
    const side = Math.max(width, height);
    return tf.pad(resized, [
      [0, 0],
      [0, side - height],
      [0, side - width],
      [0, 0],
    ]);
  });
  return { input, scale: enlarged / factor };
}

/** Each pixel of the result is the mean of `factor` by `factor` of the picture's; a rest at the edges is left out. */
function reduce(picture: Pixels, factor: number): Pixels {
  if (factor === 1) return picture;
  const width = Math.max(1, Math.floor(picture.width / factor));
  const height = Math.max(1, Math.floor(picture.height / factor));
  const data = new Uint8Array(3 * width * height);
  const rows = Math.min(factor, picture.height);
  const columns = Math.min(factor, picture.width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < 3 * width; x++) {
      const channel = x % 3;
      const column = (x - channel) / 3;
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const start = 3 * ((y * factor + i) * picture.width + column * factor) + channel;
        for (let j = 0; j < columns; j++) sum += picture.data[start + 3 * j] as number;
      }
      data[3 * width * y + x] = sum / (rows * columns);
    }
  }
  return { width, height, data };
}

function detectionOf(face: HumanFace, scale: number, tile: Tile, picture: Pixels): Detection {
  // Human cuts a landmark's fraction off: its middle lies half a working pixel on.
  const points = face.mesh.map(([x, y]): Point => [tile.x + (x + 0.5) / scale, tile.y + (y + 0.5) / scale]);
  const landmarks = points.length > 100 ? meshLandmarks(points) : boxLandmarks(points);
  const [x, y, w, h] = face.box.map((value) => value / scale) as HumanFace['box'];
  const margin = (1 - 1 / boxEnlargement) / 2;
  const box = clampBox(
    [tile.x + x + w * margin, tile.y + y + h * margin, w / boxEnlargement, h / boxEnlargement],
    picture,
  );
  const whole = ([px, py]: Point): [number, number] => [
    Math.min(picture.width - 1, Math.max(0, Math.round(px))),
    Math.min(picture.height - 1, Math.max(0, Math.round(py))),
  ];
  return {
    area: {
      ...box,
      left_eye: whole(landmarks.leftEye),
      right_eye: whole(landmarks.rightEye),
      nose: whole(landmarks.noseTip),
      mouth_left: landmarks.mesh ? whole(landmarks.mesh.mouthLeft) : null,
      mouth_right: landmarks.mesh ? whole(landmarks.mesh.mouthRight) : null,
    },
    confidence: face.boxScore,
    landmarks,
  };
}

function clampBox([x, y, w, h]: readonly [number, number, number, number], picture: Pixels) {
  const left = Math.max(0, Math.round(x));
  const top = Math.max(0, Math.round(y));
  return {
    x: left,
    y: top,
    w: Math.min(picture.width, Math.round(x + w)) - left,
    h: Math.min(picture.height, Math.round(y + h)) - top,
  };
}

/** From the 468 points of the mesh; its numbering is MediaPipe's. */
export function meshLandmarks(points: readonly Point[]): Landmarks {
  const at = (index: number) => points[index] as Point;
  return {
    leftEye: mean([at(362), at(263), at(386), at(374)]),
    rightEye: mean([at(33), at(133), at(159), at(145)]),
    noseTip: at(4),
    mouthCentre: mean([at(61), at(291)]),
    mesh: {
      mouthLeft: at(291),
      mouthRight: at(61),
      leftEyeOuter: at(263),
      leftEyeInner: at(362),
      rightEyeOuter: at(33),
      rightEyeInner: at(133),
      noseBase: at(2),
    },
  };
}

/** From BlazeFace's six points: right eye, left eye, nose, mouth, and two ears. */
function boxLandmarks(points: readonly Point[]): Landmarks {
  const [rightEye, leftEye, noseTip, mouthCentre] = points as [Point, Point, Point, Point];
  return { leftEye, rightEye, noseTip, mouthCentre };
}

function mean(points: readonly Point[]): Point {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}
