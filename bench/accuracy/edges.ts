/**
 * Command: measures how faces are found that fill a picture or are cut by its edge. Each picture of a
 * folder of people is cut to parts of the box of its own face, and enlarged; and cut so that a part of the
 * face is beyond one side. What is found is compared with the whole picture's.
 * usage: npm run bench -- edges --data FOLDER [--every 1]
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Box } from '../../lib/contract/shapes.ts';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { type Detection, type Detector, loadDetector } from '../../lib/faces/engine/detect/detector.ts';
import { type Embedder, loadEmbedder } from '../../lib/faces/engine/embed/embedders.ts';
import { Pyramid } from '../../lib/faces/engine/geometry/pyramid.ts';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { compareEmbeddings } from '../../lib/faces/engine/search/distance.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { WrongUseError } from '../wrong-use.ts';
import { cutByEdge, cutToFace, type EdgeCut } from './edge-cuts.ts';
import { median } from './measures.ts';
import { openAlbum, pixelsOf } from './mosaic.ts';

const model = 'MobileFaceNet';
const threshold = embeddingModels[model].thresholds.cosine;

/** The pictures that were cut alike. */
export interface EdgeRow {
  pictures: number;
  /** Pictures in which the face is not found. */
  none: number;
  /** Pictures in which it is found more than once. */
  doubles: number;
  /** Distances of the faces found once, the cosine distance to the face of the whole picture. */
  readonly distances: number[];
}

/** Networks that look for faces, and embed them. */
export interface Finder {
  readonly detector: Detector;
  readonly embed: Embedder;
}

/**
 * Picks of several faces the one nearest to the picture's middle: that is the person whom the folder means.
 */
function middlemost(
  detections: readonly Detection[],
  { width, height }: DecodedPicture,
): Detection | undefined {
  const offCentre = ({ area: { x, y, w, h } }: Detection) =>
    Math.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2);
  return [...detections].sort((one, other) => offCentre(one) - offCentre(other))[0];
}

/** Adds a picture to the rows of its cuts. */
export async function measureEdges(
  { detector, embed }: Finder,
  picture: DecodedPicture,
  rows: Map<string, EdgeRow>,
  told: (cut: EdgeCut, found: number, distance: number | undefined) => void = () => {},
): Promise<void> {
  const whole = new Pyramid(picture);
  const face = middlemost(await detector.detect(whole), picture);
  if (!face) return;
  const [known] = (await embed(whole, [face.landmarks])) as [Float32Array];
  for await (const cut of cutsOf(picture, face.area)) {
    const row = rows.get(cut.name) ?? { pictures: 0, none: 0, doubles: 0, distances: [] };
    rows.set(cut.name, row);
    row.pictures++;
    const pyramid = new Pyramid(cut.picture);
    const found = (await detector.detect(pyramid)).filter(({ area }) => isOn(area, cut.face));
    const [first] = found;
    if (!first) row.none++;
    if (found.length > 1) row.doubles++;
    let distance: number | undefined;
    if (first) {
      const [embedding] = (await embed(pyramid, [first.landmarks])) as [Float32Array];
      ({ distance } = compareEmbeddings(known, embedding, 'cosine'));
      row.distances.push(distance);
    }
    told(cut, found.length, distance);
  }
}

async function* cutsOf(picture: DecodedPicture, area: Box): AsyncGenerator<EdgeCut> {
  for (const share of [1, 0.9, 0.8]) {
    for (const factor of [1, 2, 4]) yield await cutToFace(picture, area, share, factor);
  }
  for (const side of ['left', 'right', 'top', 'bottom'] as const) yield cutByEdge(picture, area, side, 0.4);
}

/** Returns true if a box's middle lies in the face's. */
function isOn({ x, y, w, h }: Box, face: Box): boolean {
  const [across, down] = [x + w / 2, y + h / 2];
  return across >= face.x && across <= face.x + face.w && down >= face.y && down <= face.y + face.h;
}

export function printedEdges(rows: ReadonlyMap<string, EdgeRow>) {
  return Object.fromEntries(
    [...rows].map(([name, { pictures, none, doubles, distances }]) => [
      name,
      {
        pictures,
        'not found': none,
        twice: doubles,
        'no match': distances.filter((distance) => distance > threshold).length,
        'distance, median': Number(median(distances).toFixed(3)),
        greatest: Number(Math.max(...distances).toFixed(3)),
      },
    ]),
  );
}

function parse(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { data: { type: 'string' }, every: { type: 'string', default: '1' } },
    });
    const every = Number(values.every);
    if (values.data === undefined || !(Number.isInteger(every) && every >= 1)) {
      throw new Error('usage: npm run bench -- edges --data FOLDER [--every 1]');
    }
    return { folder: join(values.data, 'images'), every };
  } catch (cause) {
    throw new WrongUseError((cause as Error).message, { cause });
  }
}

export async function run(words: readonly string[]): Promise<void> {
  const { folder, every } = parse(words);
  const album = await openAlbum(folder);
  const names = album.names.filter((_, index) => index % every === 0);
  const finder = { detector: await loadDetector(usualMinConfidence), embed: await loadEmbedder[model]() };
  const rows = new Map<string, EdgeRow>();
  const bar = progressBar('edges', names.length);
  for (const name of names) {
    await measureEdges(finder, await pixelsOf(await readFile(join(folder, name))), rows);
    bar.increment();
  }
  bar.stop();
  console.table(printedEdges(rows));
}
