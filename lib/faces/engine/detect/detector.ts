import type { Box, FacialArea } from '../../../contract/shapes.ts';
import type { EngineDetector } from '../../../contract/vocabulary.ts';
import type { DecodedPicture } from '../../../inputs/picture.ts';
import type { LookPlaces } from '../../follower.ts';
import type { Point } from '../geometry/align.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { type BlazeFace, type DetectFaces, type FoundFace, loadBlazeFace } from './blazeface.ts';
import { confidenceOf } from './confidence.ts';
import { suspicion } from './find-by-ssd.ts';
import { findFaces, type Looks, weakestGuess } from './find-faces.ts';
import { type FindMeshes, loadMesh } from './mesh.ts';
import { withoutDoubles } from './overlap.ts';
import { findAt } from './regions.ts';
import { boxLandmarks, type SeenFace, Seer } from './see-faces.ts';
import type { LookWork, Share } from './share.ts';
import { loadSsd } from './ssd.ts';

export interface Detection {
  readonly area: FacialArea;
  /** 0..1: the share of boxes like this that are faces. */
  readonly confidence: number;
  /** Scores of the detector and of the mesh themselves, 0..1. */
  readonly evidence: { readonly box: number; readonly mesh: number };
  readonly landmarks: Landmarks;
  /**
   * Landmarks as the detector took them. The mesh is more precise, but tells less of a face that is turned
   * far to the side.
   */
  readonly firstLook: Landmarks;
}

export interface Detector {
  /**
   * Finds every face of the picture, largest first.
   * @param times where it is written how long it took
   */
  detect(pyramid: Pyramid, detector?: EngineDetector, times?: LookTimes): Promise<Detection[]>;
  /** Finds upright faces at some places of the picture, largest first. Known ones have no landmarks. */
  detectAt(pyramid: Pyramid, places: LookPlaces, times?: LookTimes): Promise<(Detection | KnownDetection)[]>;
  /** Looks for another thread's detector, as its `Share` asks for them. */
  readonly looks: DetectFaces;
  readonly meshes: FindMeshes;
}

/** Seconds that the looks for faces took, and those at each. */
export interface LookTimes {
  detect?: number;
  mesh?: number;
}

/** A face that was found again, and not examined. */
export interface KnownDetection extends Pick<Detection, 'area' | 'confidence'> {
  readonly landmarks?: undefined;
}

/**
 * Loads the detectors and the face mesh on this thread.
 * @param minConfidence 0..1: what is less likely a face is left out.
 * @param share lets others do a part of many looks
 */
export async function loadDetector(
  minConfidence: number,
  share: Share<LookWork> = (_work, _pyramid, items, own) => own(items),
): Promise<Detector> {
  const [blazeFace, meshes] = await Promise.all([loadBlazeFace(weakestGuess), loadMesh()]);
  return new NetworkDetector(blazeFace, meshes, share, minConfidence);
}

class NetworkDetector implements Detector {
  readonly looks: DetectFaces;
  readonly meshes: FindMeshes;
  readonly #networks: Looks;
  readonly #findMeshes: FindMeshes;
  readonly #minConfidence: number;

  constructor(blazeFace: BlazeFace, meshes: FindMeshes, share: Share<LookWork>, minConfidence: number) {
    const { detect: looks, detectInTiles } = blazeFace;
    this.looks = looks;
    this.meshes = meshes;
    this.#minConfidence = minConfidence;
    const detect: DetectFaces = (pyramid, views) =>
      share('looks', pyramid, views, (some) => looks(pyramid, some));
    this.#findMeshes = (pyramid, faces) => share('meshes', pyramid, faces, (some) => meshes(pyramid, some));
    let ssd: Promise<DetectFaces> | undefined;
    this.#networks = {
      blazeFace: { detectInTiles, detect },
      ssd: () => {
        ssd ??= loadSsd(suspicion);
        return ssd;
      },
    };
  }

  async detect(
    pyramid: Pyramid,
    detector: EngineDetector = 'mediapipe+ssd',
    times: LookTimes = {},
  ): Promise<Detection[]> {
    const { picture } = pyramid;
    const started = performance.now();
    if (detector === 'skip') {
      const whole = { x: -0.5, y: -0.5, w: picture.width, h: picture.height, confidence: 1 };
      const [seen] = (await this.#seer(pyramid).see([whole])) as [SeenFace];
      times.mesh = (performance.now() - started) / 1000;
      return [pictureAsFace(seen, picture)];
    }
    const faces = await findFaces(pyramid, this.#networks, detector);
    const found = performance.now();
    times.detect = (found - started) / 1000;
    const seen = await this.#seer(pyramid).see(faces);
    if (faces.length > 0) times.mesh = (performance.now() - found) / 1000;
    const detections = seen
      .map((one) => detectionOf(one, picture))
      .filter((face) => this.#isLikely(face))
      .sort((one, other) => other.confidence - one.confidence);
    return largestFirst(withoutSameFace(detections));
  }

  async detectAt(
    pyramid: Pyramid,
    places: LookPlaces,
    times: LookTimes = {},
  ): Promise<(Detection | KnownDetection)[]> {
    const { picture } = pyramid;
    const started = performance.now();
    const { fresh, known } = await findAt(pyramid, this.#networks.blazeFace, places);
    const found = performance.now();
    times.detect = (found - started) / 1000;
    const seen = await this.#seer(pyramid).seeUpright(fresh);
    if (fresh.length > 0) times.mesh = (performance.now() - found) / 1000;
    const detections = [
      ...known.map((face) => knownOf(face, picture)),
      ...seen.map((one) => detectionOf(one, picture)),
    ];
    return largestFirst(detections.filter((face) => this.#isLikely(face)));
  }

  #seer(pyramid: Pyramid): Seer {
    return new Seer(pyramid, this.#findMeshes, this.#networks.blazeFace.detect);
  }

  #isLikely({ area, confidence }: KnownDetection | Detection): boolean {
    return area.w > 0 && area.h > 0 && confidence >= this.#minConfidence;
  }
}

function largestFirst<Face extends KnownDetection | Detection>(faces: readonly Face[]): Face[] {
  return faces.toSorted((one, other) => sizeOf(other.area) - sizeOf(one.area));
}

/** Picks the surest detection of each face. Two boxes that lay apart may have led the mesh to one face. */
function withoutSameFace(detections: readonly Detection[]): Detection[] {
  const boxes = detections.map((detection) => ({ ...detection.area, detection }));
  return withoutDoubles(boxes).map(({ detection }) => detection);
}

function sizeOf({ w, h }: Box): number {
  return w * h;
}

/** BlazeFace's boxes are squares of so many heights of SSD's. */
const squareOfSsd = 0.89;

/** Describes a face. Its box is a square as large as BlazeFace's; the mesh knows its middle better. */
function detectionOf({ face, landmarks, middle, confidence }: SeenFace, picture: DecodedPicture): Detection {
  const side = Math.max(face.w, face.h) * (face.points ? 1 : squareOfSsd);
  const [x, y] = middle ?? [face.x + face.w / 2, face.y + face.h / 2];
  const box = clampBox([x + 0.5 - side / 2, y + 0.5 - side / 2, side, side], picture);
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
    confidence: confidenceOf(face, confidence),
    evidence: { box: face.confidence, mesh: confidence },
    landmarks,
    firstLook: face.points ? boxLandmarks(face.points) : landmarks,
  };
}

function knownOf(face: FoundFace, picture: DecodedPicture): KnownDetection {
  const nowhere = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
  const box = clampBox([face.x + 0.5, face.y + 0.5, face.w, face.h], picture);
  return { area: { ...box, ...nowhere }, confidence: face.confidence };
}

/** Takes the picture for a face, as the caller says. Its parts are told where the mesh sees them. */
function pictureAsFace(seen: SeenFace, picture: DecodedPicture): Detection {
  const { area, ...detection } = detectionOf(seen, picture);
  const nowhere = { left_eye: null, right_eye: null, nose: null };
  const whole = { x: 0, y: 0, w: picture.width, h: picture.height };
  return {
    ...detection,
    area: { ...area, ...whole, ...(!detection.landmarks.mesh && nowhere) },
    confidence: 1,
  };
}

function clampBox([x, y, w, h]: readonly [number, number, number, number], picture: DecodedPicture) {
  const left = Math.max(0, Math.round(x));
  const top = Math.max(0, Math.round(y));
  return {
    x: left,
    y: top,
    w: Math.min(picture.width, Math.round(x + w)) - left,
    h: Math.min(picture.height, Math.round(y + h)) - top,
  };
}
