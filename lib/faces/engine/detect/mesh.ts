import type { Point, Similarity } from '../geometry/align.ts';
import { fitArcFace } from '../geometry/chips.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import { type NetworkInput, type Pyramid, unmap } from '../geometry/pyramid.ts';
import { modelFile } from '../models/model-files.ts';
import { runSession, startSession } from '../runtime/session.ts';

/** Points of a face as the mesh sees them, and how sure it is that it is one. */
export interface Mesh {
  /** 0..1 */
  readonly confidence: number;
  /** 468 points in pixels of the picture, unrounded; the numbering is MediaPipe's. */
  readonly points: readonly Point[];
}

/** Looks at faces whose landmarks are roughly known: upright, centred and as large as the mesh wants them. */
export type FindMeshes = (pyramid: Pyramid, faces: readonly Landmarks[]) => Promise<Mesh[]>;

const meshInput: NetworkInput = { size: 192, means: [0, 0, 0], scales: [255, 255, 255] };

/**
 * Part of ArcFace's chip that the mesh is shown: a square around this point, of this side, in the chip's
 * pixels. MediaPipe's own rule (the box of the mesh, turned upright, 1.5 times as large) gives it on
 * average over 1,995 faces of LFW.
 */
const view = { centre: [56, 70.6], side: 145 } as const;

const pointCount = 468;
/** Each with a depth. */
const numbersOfPoint = 3;

/** So many faces of a crowd are looked at at once: more would not be faster, and take memory. */
const batchSize = 16;

/** Loads Human's face mesh, which is MediaPipe's. */
export async function loadMesh(): Promise<FindMeshes> {
  const { size } = meshInput;
  const session = await startSession(modelFile('facemesh'));
  return async (pyramid, faces) => {
    const meshes: Mesh[] = [];
    for (let start = 0; start < faces.length; start += batchSize) {
      const views = faces.slice(start, start + batchSize).map((face) => seenFrom(fitArcFace(face)));
      const outputs = Object.values(
        await runSession(session, pyramid.cut(views, meshInput), [views.length, 3, size, size]),
      );
      const ofSize = (count: number) =>
        outputs.find((output) => output.length === count * views.length) ?? new Float32Array();
      const confidences = ofSize(1);
      const coordinates = ofSize(numbersOfPoint * pointCount);
      views.forEach((toView, index) => {
        const points = Array.from({ length: pointCount }, (_, point) => {
          const at = numbersOfPoint * (index * pointCount + point);
          // The mesh counts from the edge of its picture, views from the middle of their first pixel.
          return unmap(toView, [(coordinates[at] as number) - 0.5, (coordinates[at + 1] as number) - 0.5]);
        });
        meshes.push({ confidence: confidences[index] as number, points });
      });
    }
    return meshes;
  };
}

/** Converts the map from the picture to ArcFace's chip to the map to the mesh's square. */
function seenFrom({ a, b, tx, ty }: Similarity): Similarity {
  const scale = meshInput.size / view.side;
  const middle = (meshInput.size - 1) / 2;
  return {
    a: scale * a,
    b: scale * b,
    tx: scale * (tx - view.centre[0]) + middle,
    ty: scale * (ty - view.centre[1]) + middle,
  };
}
