import type { NetworkInput } from '../geometry/cut-square.ts';
import { modelFile } from '../models/model-files.ts';
import { runSession, startSession } from '../runtime/session.ts';
import { type DetectFaces, type FoundFace, placeInPicture, withoutOverlaps } from './blazeface.ts';

export const ssdInput: NetworkInput = {
  size: 512,
  means: [127.5, 127.5, 127.5],
  scales: [127.5, 127.5, 127.5],
};

/** The network looks at its square in so many grids, from fine to coarse. */
const grids = 6;

const maxOverlap = 0.5;

/**
 * Numbers of a box that the network gives are these many times what they mean: of its middle, and of the
 * logarithm of its sides.
 */
const middleFactor = 10;
const sideFactor = 5;

/**
 * face-api's SSD on MobileNet V1. It tells boxes only, and takes ten times as long as BlazeFace, but finds
 * faces of a thirtieth of its square.
 * @param minConfidence 0..1: less certain faces are left out.
 */
export async function loadSsd(minConfidence: number): Promise<DetectFaces> {
  const { size } = ssdInput;
  const session = await startSession(modelFile('ssd'));
  return async (pyramid, views) => {
    const found: FoundFace[][] = [];
    // One look is work enough for the processor: more at once would only take memory.
    for (const view of views) {
      const outputs = await runSession(session, pyramid.cut([view], ssdInput), [1, 3, size, size]);
      const faces = decode(outputs, minConfidence);
      found.push(withoutOverlaps(faces, maxOverlap).map((face) => placeInPicture(face, view)));
    }
    return found;
  };
}

function decode(outputs: Readonly<Record<string, Float32Array>>, minConfidence: number): FoundFace[] {
  const faces: FoundFace[] = [];
  const anchors = outputs.anchors as Float32Array;
  let anchor = 0;
  for (let grid = 0; grid < grids; grid++) {
    const classes = outputs[`classes.${grid}`] as Float32Array;
    const boxes = outputs[`boxes.${grid}`] as Float32Array;
    for (let place = 0; place < classes.length / 3; place++, anchor++) {
      const confidence = 1 / (1 + Math.exp(-(classes[3 * place + 1] as number)));
      if (!(confidence >= minConfidence)) continue;
      faces.push({ ...boxAt(anchors, anchor, boxes, place), confidence });
    }
  }
  return faces;
}

/** In pixels of the square. */
function boxAt(anchors: Float32Array, anchor: number, boxes: Float32Array, place: number) {
  const [top, left, bottom, right] = anchors.subarray(4 * anchor, 4 * anchor + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const [y, x, tall, wide] = boxes.subarray(4 * place, 4 * place + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const { size } = ssdInput;
  const w = size * (right - left) * Math.exp(wide / sideFactor);
  const h = size * (bottom - top) * Math.exp(tall / sideFactor);
  return {
    x: size * ((left + right) / 2 + (x / middleFactor) * (right - left)) - w / 2,
    y: size * ((top + bottom) / 2 + (y / middleFactor) * (bottom - top)) - h / 2,
    w,
    h,
  };
}
