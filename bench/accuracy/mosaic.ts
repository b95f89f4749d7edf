/**
 * Pictures whose faces are known: cut out of pictures of a folder of people, and laid on a background. The
 * same seed makes the same picture.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Point } from '../../lib/faces/engine/geometry/align.ts';
import { Pyramid } from '../../lib/faces/engine/geometry/pyramid.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';
import { picturesOf } from './people.ts';
import { paintBackground, type Random, seededRandom } from './plain-pictures.ts';

/** A face of a scene, in the scene's pixels. "Left" is the person's own left. */
export interface TrueFace {
  readonly picture: string;
  readonly centre: Point;
  /** Side of the face's box, from the brows to the chin. */
  readonly size: number;
  /** Degrees, clockwise. */
  readonly angle: number;
  readonly leftEye: Point;
  readonly rightEye: Point;
}

export interface Scene {
  readonly name: string;
  readonly jpeg: Buffer;
  /** The picture as the service decodes it. */
  readonly picture: DecodedPicture;
  readonly faces: readonly TrueFace[];
}

/** A folder laid out as Labeled Faces in the Wild, and its pictures `<person>/<file>`. */
export interface Album {
  readonly folder: string;
  readonly names: readonly string[];
}

export async function openAlbum(folder: string): Promise<Album> {
  return { folder, names: await picturesOf(folder) };
}

/**
 * Place of a face in the set's pictures of 250x250 pixels, which are all turned and scaled alike ("deep
 * funneled"). The values are means of BlazeFace's box and the mesh's eyes over 111 people. As heads turn, the
 * eyes vary by 3 pixels, and the middle of the box by 9 across and 3 down.
 */
const inPicture = { centre: [125, 132], size: 104, rightEye: [105, 114], leftEye: [146, 113] } as const;
/** The part of a picture that is cut out, around this point. */
const crop = { centre: [125, 125], side: 160 } as const;

/** Place of one crop in a scene. */
interface Place {
  /** Middle of the crop. */
  readonly centre: Point;
  /** The crop's side in the scene, in pixels. */
  readonly side: number;
  /** Degrees, clockwise. */
  readonly angle: number;
}

/**
 * Lays faces out in a grid, one in each cell of a 16:9 canvas. A crop covers 75 to 100% of the cell's shorter
 * side, so that the box of its face takes 49 to 65% of it. Each crop is turned by up to 30 degrees, shifted
 * within its cell, and made darker or brighter.
 */
export async function mosaic(
  album: Album,
  { columns, rows, width, seed }: { columns: number; rows: number; width: number; seed: number },
): Promise<Scene> {
  const random = seededRandom(`${columns}x${rows} ${width} ${seed}`);
  const height = Math.round((width * 9) / 16);
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  const places = Array.from({ length: columns * rows }, (_, index): Place => {
    const side = Math.min(cellWidth, cellHeight) * random.between(0.75, 1);
    const shift = (cell: number) => ((cell - side) / 2) * random.between(-1, 1);
    const x = ((index % columns) + 0.5) * cellWidth + shift(cellWidth);
    const y = (Math.floor(index / columns) + 0.5) * cellHeight + shift(cellHeight);
    return { centre: [x, y], side, angle: random.between(-30, 30) };
  });
  return scene(`${columns}x${rows} on ${width}`, album, { width, height }, places, random);
}

/** Lays faces out far from each other, with boxes of `size` pixels, turned by up to 30 degrees. */
export async function scattered(
  album: Album,
  canvas: { width: number; height: number },
  { count, size, seed }: { count: number; size: readonly [number, number]; seed: number },
): Promise<Scene> {
  const random = seededRandom(`scattered ${canvas.width} ${size.join()} ${seed}`);
  const places: Place[] = [];
  while (places.length < count) {
    const side = (random.between(...size) * crop.side) / inPicture.size;
    const reach = 0.75 * side;
    const centre: Point = [
      random.between(reach, canvas.width - reach),
      random.between(reach, canvas.height - reach),
    ];
    const isFree = places.every(
      (other) =>
        Math.hypot(other.centre[0] - centre[0], other.centre[1] - centre[1]) > 0.75 * (side + other.side),
    );
    if (isFree) places.push({ centre, side, angle: random.between(-30, 30) });
  }
  const sizes = `${size[0]} to ${size[1]}`;
  return scene(`${count} of ${sizes} px on ${canvas.width}x${canvas.height}`, album, canvas, places, random);
}

/**
 * Makes a scene of one picture of the album, turned clockwise by a multiple of 90 degrees. One face in it is
 * known.
 */
export async function single(album: Album, name: string, degrees: 0 | 90 | 180 | 270): Promise<Scene> {
  const bytes = await readFile(join(album.folder, name));
  const jpeg = degrees === 0 ? bytes : await sharp(bytes).rotate(degrees).jpeg({ quality: 95 }).toBuffer();
  const picture = await pixelsOf(jpeg);
  const middle = picture.width / 2;
  const place = { centre: [middle, middle] as const, side: picture.width, angle: degrees };
  return {
    name: `single, ${degrees} degrees`,
    jpeg,
    picture,
    faces: [trueFace(name, place, [middle, middle], picture.width)],
  };
}

async function scene(
  name: string,
  album: Album,
  canvas: { width: number; height: number },
  places: readonly Place[],
  random: Random,
): Promise<Scene> {
  const painted = paintBackground(canvas.width, canvas.height, random);
  const faces: TrueFace[] = [];
  // In half of the scenes the crops keep sharp edges; in the others they fade into the background.
  const fade = random.between(0, 1) < 0.5 ? 0.01 : 0.12;
  for (const place of places) {
    const source = album.names[Math.floor(random.between(0, album.names.length))] as string;
    const picture = await pixelsOf(await readFile(join(album.folder, source)));
    paste(painted, picture, place, fade, random.between(0.6, 1.3));
    faces.push(trueFace(source, place, crop.centre, crop.side));
  }
  const raw = { width: painted.width, height: painted.height, channels: 3 as const };
  const jpeg = await sharp(painted.pixels, { raw }).jpeg({ quality: 90 }).toBuffer();
  return { name, jpeg, picture: await pixelsOf(jpeg), faces };
}

export async function pixelsOf(bytes: Uint8Array): Promise<DecodedPicture> {
  const { width, height, pixels } = await decodePicture(bytes);
  return { width, height, pixels };
}

/**
 * Moves the set's geometry to a place in a scene. The point `from` of a picture goes to the middle of the
 * place, and `fromSide` of its pixels become the place's side.
 */
function trueFace(picture: string, { centre, side, angle }: Place, from: Point, fromSide: number): TrueFace {
  const scale = side / fromSide;
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [scale * Math.cos(radians), scale * Math.sin(radians)];
  const at = ([x, y]: Point): Point => {
    const [dx, dy] = [x - from[0], y - from[1]];
    return [centre[0] + cos * dx - sin * dy, centre[1] + sin * dx + cos * dy];
  };
  return {
    picture,
    centre: at(inPicture.centre),
    size: scale * inPicture.size,
    angle,
    leftEye: at(inPicture.leftEye),
    rightEye: at(inPicture.rightEye),
  };
}

/** @param fade share of the crop's side over which each edge fades into what lies below. */
function paste(
  canvas: DecodedPicture,
  source: DecodedPicture,
  place: Place,
  fade: number,
  brightness: number,
): void {
  const { centre, side } = place;
  const radians = (place.angle * Math.PI) / 180;
  const scale = side / crop.side;
  const size = Math.ceil(side * (Math.abs(Math.cos(radians)) + Math.abs(Math.sin(radians)))) + 2;
  const [left, top] = [Math.round(centre[0] - size / 2), Math.round(centre[1] - size / 2)];
  const [a, b] = [scale * Math.cos(radians), scale * Math.sin(radians)];
  const [cropX, cropY] = crop.centre;
  const toChip = {
    a,
    b,
    tx: centre[0] - left - a * cropX + b * cropY,
    ty: centre[1] - top - b * cropX - a * cropY,
  };
  const planes = new Pyramid(source).cut([toChip], { size, means: [0, 0, 0], scales: [1, 1, 1] });
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [left + column, top + row];
      if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) continue;
      const [dx, dy] = [x - centre[0], y - centre[1]];
      const across = Math.abs(Math.cos(radians) * dx + Math.sin(radians) * dy);
      const down = Math.abs(Math.cos(radians) * dy - Math.sin(radians) * dx);
      const inside = (side / 2 - Math.max(across, down)) / (fade * side);
      const weight = Math.min(1, Math.max(0, inside));
      for (let channel = 0; channel < 3; channel++) {
        const to = 3 * (y * canvas.width + x) + channel;
        const value = Math.min(255, brightness * (planes[(channel * size + row) * size + column] as number));
        canvas.pixels[to] = weight * value + (1 - weight) * (canvas.pixels[to] as number);
      }
    }
  }
}
