/**
 * Command: measures which faces a detector finds in pictures whose faces are known. There are four kinds:
 * - mosaics of a folder of people, laid out as Labeled Faces in the Wild;
 * - small faces scattered over large canvases;
 * - single pictures, upright and turned;
 * - pictures without a face.
 *
 * The figures are of the detector alone, on one thread.
 *
 * usage: npm run bench -- crowd --data FOLDER [--seeds 3] [--only mosaic,large,single,turned,plain]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { type Detection, type Detector, loadDetector } from '../../lib/faces/engine/detect/detector.ts';
import { Pyramid } from '../../lib/faces/engine/geometry/pyramid.ts';
import { WrongUseError } from '../wrong-use.ts';
import { type Album, mosaic, openAlbum, type Scene, scattered, single, type TrueFace } from './mosaic.ts';
import { plainKinds, plainPicture } from './plain-pictures.ts';

const parts = ['mosaic', 'large', 'single', 'turned', 'plain'];

/** The detector's result in a scene. */
export interface Score {
  readonly faces: number;
  /** Number of faces that have a detection of their own. */
  readonly found: number;
  readonly detections: number;
  /** Number of found faces with an eye that is off by more than 30% of the distance between the eyes. */
  readonly badEyes: number;
}

const nothing: Score = { faces: 0, found: 0, detections: 0, badEyes: 0 };

function plus(one: Score, other: Score): Score {
  return {
    faces: one.faces + other.faces,
    found: one.found + other.found,
    detections: one.detections + other.detections,
    badEyes: one.badEyes + other.badEyes,
  };
}

/** Matches detections to faces. */
export function compare(faces: readonly TrueFace[], detections: readonly Detection[]): Score {
  const pairs = pairFaces(faces, detections);
  const badEyes = pairs.filter((shown, index) => shown && eyeError(shown, faces[index] as TrueFace) > 0.3);
  return {
    faces: faces.length,
    found: pairs.filter((shown) => shown).length,
    detections: detections.length,
    badEyes: badEyes.length,
  };
}

/**
 * Finds for each face the detection that shows it. That is one on two conditions. The middle of its box
 * lies in the inner half of the face's box. Both boxes share at least 30% of the area that they cover
 * together. Each face takes its most confident detection; any further ones are false.
 */
export function pairFaces(
  faces: readonly TrueFace[],
  detections: readonly Detection[],
): (Detection | undefined)[] {
  const left = new Set([...detections].sort((one, other) => other.confidence - one.confidence));
  return faces.map((face) => {
    const shown = [...left].find((detection) => shows(detection, face));
    if (shown) left.delete(shown);
    return shown;
  });
}

function shows({ area }: Detection, { centre, size }: TrueFace): boolean {
  const offCentre = Math.max(
    Math.abs(area.x + area.w / 2 - centre[0]),
    Math.abs(area.y + area.h / 2 - centre[1]),
  );
  if (offCentre > size / 4) return false;
  const shared = (start: number, length: number, middle: number) =>
    Math.min(start + length, middle + size / 2) - Math.max(start, middle - size / 2);
  const common = shared(area.x, area.w, centre[0]) * shared(area.y, area.h, centre[1]);
  return common / (area.w * area.h + size * size - common) >= 0.3;
}

/** Gives the error of the worse eye, as a share of the distance between the eyes. */
function eyeError({ landmarks }: Detection, { leftEye, rightEye }: TrueFace): number {
  const left = Math.hypot(landmarks.leftEye[0] - leftEye[0], landmarks.leftEye[1] - leftEye[1]);
  const right = Math.hypot(landmarks.rightEye[0] - rightEye[0], landmarks.rightEye[1] - rightEye[1]);
  return Math.max(left, right) / Math.hypot(leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]);
}

/** Makes the scenes of one part of the benchmark. */
async function* scenesOf(album: Album, part: string, seeds: number): AsyncGenerator<Scene> {
  const portraits = album.names.filter((_, index) => index % Math.ceil(album.names.length / 200) === 0);
  for (let seed = 1; seed <= seeds; seed++) {
    if (part === 'mosaic') {
      for (const width of [1920, 3840]) {
        yield await mosaic(album, { columns: 8, rows: 5, width, seed });
        yield await mosaic(album, { columns: 12, rows: 8, width, seed });
        yield await mosaic(album, { columns: 16, rows: 10, width, seed });
      }
    }
    if (part === 'large') {
      const canvas = { width: 6000, height: 4000 };
      yield await scattered(album, canvas, { count: 40, size: [24, 36], seed });
      yield await scattered(album, canvas, { count: 40, size: [36, 60], seed });
      yield await scattered(album, canvas, { count: 40, size: [24, 600], seed });
      yield await scattered(album, { width: 1920, height: 1080 }, { count: 3, size: [24, 36], seed });
    }
    if (part === 'plain') {
      for (const [width, height] of [[640, 480] as const, [1920, 1080] as const, [4000, 3000] as const]) {
        for (const kind of plainKinds) {
          const picture = plainPicture(kind, width, height, seed);
          yield { name: `nobody: ${kind}`, jpeg: Buffer.alloc(0), picture, faces: [] };
        }
      }
    }
  }
  if (part === 'single') for (const name of portraits) yield await single(album, name, 0);
  if (part === 'turned') {
    for (const name of portraits.filter((_, index) => index % 4 === 0)) {
      for (const degrees of [90, 180, 270] as const) yield await single(album, name, degrees);
    }
  }
}

interface Row {
  score: Score;
  readonly cpuMs: number[];
}

async function measure(detector: Detector, scenes: AsyncIterable<Scene>): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for await (const { name, picture, faces } of scenes) {
    const before = process.cpuUsage();
    const detections = await detector.detect(new Pyramid(picture));
    const { user, system } = process.cpuUsage(before);
    const row = rows.get(name) ?? { score: nothing, cpuMs: [] };
    rows.set(name, row);
    row.score = plus(row.score, compare(faces, detections));
    row.cpuMs.push((user + system) / 1000);
  }
  return rows;
}

function printed({ score, cpuMs }: Row, hasOneFace: boolean) {
  const { faces, found, detections, badEyes } = score;
  const percent = (part: number, whole: number) =>
    whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`;
  const sorted = [...cpuMs].sort((one, other) => one - other);
  return {
    pictures: cpuMs.length,
    faces,
    recall: percent(found, faces),
    // Single pictures also show other people, whose faces are not labelled.
    precision: hasOneFace ? '-' : percent(found, detections),
    detections,
    'eyes misplaced': percent(badEyes, found),
    'CPU ms, median': Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
  };
}

function parse(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        data: { type: 'string' },
        seeds: { type: 'string', default: '3' },
        only: { type: 'string', default: parts.join() },
      },
    });
    const chosen = values.only.split(',');
    const seeds = Number(values.seeds);
    if (values.data === undefined || !(seeds >= 1) || !chosen.every((name) => parts.includes(name))) {
      throw new Error(`usage: npm run bench -- crowd --data FOLDER [--seeds 3] [--only ${parts.join()}]`);
    }
    return { folder: join(values.data, 'images'), seeds, chosen };
  } catch (cause) {
    throw new WrongUseError((cause as Error).message, { cause });
  }
}

export async function run(words: readonly string[]): Promise<void> {
  const { folder, seeds, chosen } = parse(words);
  const album = await openAlbum(folder);
  const detector = await loadDetector(usualMinConfidence);
  await detector.detect(new Pyramid(plainPicture('noise', 640, 480, 0)));
  for (const part of chosen) {
    const rows = await measure(detector, scenesOf(album, part, seeds));
    const hasOneFace = part === 'single' || part === 'turned';
    console.table(Object.fromEntries([...rows].map(([name, row]) => [name, printed(row, hasOneFace)])));
  }
}
