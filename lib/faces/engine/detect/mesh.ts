import { readFile } from 'node:fs/promises';
import { type Point, type Similarity, unmap } from '../geometry/align.ts';
import { fitArcFace } from '../geometry/chips.ts';
import type { NetworkInput } from '../geometry/cut-square.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
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

/** Loads Human's face mesh, which is MediaPipe's. */
export async function loadMesh(): Promise<FindMeshes> {
  const { size } = meshInput;
  const session = await startSession(await readFile(modelFile('facemesh')));
  return async (pyramid, faces) => {
    const meshes: Mesh[] = [];
    // It takes one face at a time: in batches each takes twice as long, since its layers don't fit the
    // cache.
    for (const face of faces) {
      const toView = seenFrom(fitArcFace(face));
      const outputs = Object.values(
        await runSession(session, pyramid.cut([toView], meshInput), [1, 3, size, size]),
      );
      const ofLength = (length: number) =>
        outputs.find((output) => output.length === length) ?? new Float32Array();
      const coordinates = ofLength(numbersOfPoint * pointCount);
      const points = Array.from({ length: pointCount }, (_, point) => {
        const at = numbersOfPoint * point;
        // The mesh counts from the edge of its picture, views from the middle of their first pixel.
        return unmap(toView, [(coordinates[at] as number) - 0.5, (coordinates[at + 1] as number) - 0.5]);
      });
      meshes.push({ confidence: ofLength(1)[0] as number, points });
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
