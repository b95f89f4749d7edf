import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from '../inputs/picture.ts';

/**
 * An artificial face for tests of a backend, so that no person's picture is needed. It is drawn of ellipses;
 * the detectors, the mesh and the embedding take it for a face.
 */

const side = 160;

/** Positions of the eyes, in pixels. Left is the person's left. */
export const drawnEyes = { right: [64, 73], left: [96, 73] } as const;

type Colour = readonly [red: number, green: number, blue: number];

const skin: Colour = [214, 168, 140];
const shade: Colour = [170, 120, 96];
const light: Colour = [236, 196, 170];
const hair: Colour = [52, 38, 30];
const eyeWhite: Colour = [240, 236, 232];
const iris: Colour = [70, 50, 38];
const pupil: Colour = [18, 14, 12];
const lips: Colour = [168, 84, 80];
const dark: Colour = [96, 48, 46];
const shirt: Colour = [70, 90, 120];
const wall = 150;

/** Ellipse of one colour that fades out over the last `soft` of its radius, 0..1. */
type Spot = readonly [x: number, y: number, width: number, height: number, Colour, soft: number];

/** Repeats a spot on the other side of the face. */
function both([x, ...rest]: Spot): Spot[] {
  return [
    [x, ...rest],
    [side - x, ...rest],
  ];
}

const [eyeX, eyeY] = drawnEyes.right;
const middle = side / 2;

const spots: readonly Spot[] = [
  [middle, 168, 150, 60, shirt, 0.1],
  [middle, 130, 46, 50, shade, 0.2],
  [middle, 68, 92, 112, hair, 0.1],
  [middle, 80, 76, 104, skin, 0.1],
  [middle, 52, 50, 22, light, 1],
  ...both([58, 94, 24, 20, light, 1]),
  ...both([eyeX, eyeY - 2, 24, 16, shade, 1]),
  ...both([eyeX - 1, eyeY - 10, 23, 5, hair, 0.6]),
  ...both([eyeX, eyeY, 17, 8, eyeWhite, 0.3]),
  ...both([eyeX, eyeY - 3, 19, 4, hair, 0.6]),
  ...both([eyeX, eyeY, 8, 8, iris, 0.3]),
  ...both([eyeX, eyeY, 4, 4, pupil, 0.3]),
  [middle, 84, 8, 34, light, 1],
  ...both([72, 84, 6, 26, shade, 1]),
  [middle, 99, 22, 8, shade, 1],
  ...both([75, 99, 6, 4, dark, 0.8]),
  [middle, 112, 32, 10, lips, 0.4],
  [middle, 112, 30, 2.4, dark, 0.6],
  [middle, 121, 22, 6, shade, 1],
];

/** Draws the face, as a picture that was uploaded as PNG. */
export function drawFace(): Picture {
  const pixels = new Uint8Array(3 * side * side).fill(wall);
  for (const spot of spots) paint(pixels, spot);
  return { width: side, height: side, pixels, original: encodePng(pixels), format: 'png' };
}

function paint(pixels: Uint8Array, [x, y, width, height, colour, soft]: Spot): void {
  const first = (centre: number, length: number) => Math.max(0, Math.floor(centre - length / 2));
  const end = (centre: number, length: number) => Math.min(side, Math.ceil(centre + length / 2));
  for (let row = first(y, height); row < end(y, height); row++) {
    const down = (2 * (row + 0.5 - y)) / height;
    for (let column = first(x, width); column < end(x, width); column++) {
      const across = (2 * (column + 0.5 - x)) / width;
      const cover = Math.min(1, Math.max(0, (1 - Math.sqrt(across * across + down * down)) / soft));
      for (let channel = 0; channel < 3; channel++) {
        const at = 3 * (side * row + column) + channel;
        pixels[at] = (1 - cover) * (pixels[at] as number) + cover * (colour[channel] as number);
      }
    }
  }
}

/**
 * Encodes pixels by https://www.w3.org/TR/png-3/. With `sharp`, the bundles of functions that only use this
 * picture would have to contain it.
 */
function encodePng(pixels: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8); // 8 bits, RGB
  const rowBytes = 3 * side;
  const rows = Buffer.alloc(side * (1 + rowBytes)); // each after a byte for its filter: none
  for (let row = 0; row < side; row++) {
    rows.set(pixels.subarray(row * rowBytes, (row + 1) * rowBytes), row * (1 + rowBytes) + 1);
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
