/** Pictures of which it is known what each box in them shows. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box } from '../../lib/contract/shapes.ts';
import type { Detection } from '../../lib/faces/engine/detect/detector.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';
import type { SceneKind } from '../figures.ts';
import { pairFaces } from './crowd.ts';
import { cutByEdge, cutOut } from './edge-cuts.ts';
import { type Album, mosaic, pixelsOf, type Scene, scattered, single } from './mosaic.ts';
import { plainKinds, plainPicture } from './plain-pictures.ts';

export interface KnownScene {
  readonly kind: SceneKind;
  readonly picture: DecodedPicture;
  /** The faces that are known of it. */
  readonly faces: number;
  /** Tells of each box in it that it shows a face, or none; of some it is not known. */
  labels(found: readonly Detection[]): (boolean | undefined)[];
}

/** @param thinning so many times fewer pictures. */
export async function* knownScenes(album: Album, thinning: number): AsyncGenerator<KnownScene> {
  const every = (step: number) => album.names.filter((_, index) => index % (step * thinning) === 0);
  for (const name of every(16)) yield onePerson('one person', await single(album, name, 0));
  for (const name of every(100)) {
    for (const degrees of [90, 180, 270] as const)
      yield onePerson('turned', await single(album, name, degrees));
  }
  for (const name of every(50)) yield* cutOff(await pixelsOf(await readFile(join(album.folder, name))));
  for (let seed = 101; seed < 101 + 4 / thinning; seed++) {
    for (const [columns, rows] of [[8, 5] as const, [12, 8] as const]) {
      yield crowd('mosaic', await mosaic(album, { columns, rows, width: 1920, seed }));
    }
    const canvas = { width: 1920, height: 1080 };
    yield crowd('small faces', await scattered(album, canvas, { count: 12, size: [24, 40], seed }));
  }
  yield* withoutPeople(album, thinning);
}

async function* withoutPeople(album: Album, thinning: number): AsyncGenerator<KnownScene> {
  const nobody = (kind: SceneKind, picture: DecodedPicture): KnownScene => {
    return { kind, picture, faces: 0, labels: (found) => found.map(() => false) };
  };
  for (let seed = 101; seed < 101 + 16 / thinning; seed++) {
    const [width, height] = seed % 4 === 0 ? [1280, 720] : [640, 480];
    for (const kind of plainKinds) yield nobody('texture', plainPicture(kind, width, height, seed));
  }
  for (let start = 0; start < 100 / thinning; start++) yield nobody('clothes', await clothes(album, start));
}

/** The person whom the folder means has the face in the middle; of others it is not known. */
function onePerson(kind: SceneKind, scene: Scene): KnownScene {
  return {
    ...{ kind, picture: scene.picture, faces: 1 },
    labels: (found) => {
      const [shown] = pairFaces(scene.faces, found);
      return found.map((one) => (one === shown ? true : undefined));
    },
  };
}

function crowd(kind: SceneKind, scene: Scene): KnownScene {
  return {
    ...{ kind, picture: scene.picture, faces: scene.faces.length },
    labels: (found) => {
      const shown = new Set(pairFaces(scene.faces, found));
      return found.map((one) => shown.has(one));
    },
  };
}

/** Place of the face in the set's pictures of 250x250 pixels. */
const face: Box = { x: 73, y: 80, w: 104, h: 104 };

function* cutOff(picture: DecodedPicture): Generator<KnownScene> {
  for (const side of ['left', 'right', 'top', 'bottom'] as const) {
    const cut = cutByEdge(picture, face, side, 0.4);
    yield {
      ...{ kind: 'cut off', picture: cut.picture, faces: 1 },
      labels: (found) => found.map(({ area }) => (isIn(area, cut.face) ? true : undefined)),
    };
  }
}

function isIn({ x, y, w, h }: Box, face: Box): boolean {
  const [across, down] = [x + w / 2, y + h / 2];
  return across >= face.x && across <= face.x + face.w && down >= face.y && down <= face.y + face.h;
}

/** The lowest part of the set's pictures shows clothes and hands, below all chins. */
const strip: Box = { x: 0, y: 210, w: 250, h: 40 };
const stripRows = 12;
const stripColumns = 2;

/** The lowest parts of some people's pictures, side by side. */
async function clothes(album: Album, start: number): Promise<DecodedPicture> {
  const [width, height] = [strip.w * stripColumns, strip.h * stripRows];
  const pixels = new Uint8Array(3 * width * height);
  for (let place = 0; place < stripRows * stripColumns; place++) {
    const name = album.names[(start * 19 + place * 7) % album.names.length] as string;
    const part = cutOut(await pixelsOf(await readFile(join(album.folder, name))), strip);
    const [left, top] = [strip.w * (place % stripColumns), strip.h * Math.floor(place / stripColumns)];
    for (let row = 0; row < strip.h; row++) {
      const from = 3 * row * strip.w;
      pixels.set(part.pixels.subarray(from, from + 3 * strip.w), 3 * ((top + row) * width + left));
    }
  }
  return { width, height, pixels };
}
