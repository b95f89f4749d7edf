import sharp, { type Sharp } from 'sharp';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Picture } from '../../lib/inputs/picture.ts';

/** Pictures for the fake face backend: a disc of colour on gray is a face, and its colour is the person. */

type Colour = readonly [red: number, green: number, blue: number];

export const people = {
  listed: [225, 45, 45],
  /** The same person on another day. */
  listedLater: [225, 75, 45],
  /** Looks like the listed one, and like the one beyond, who do not look like each other. */
  between: [225, 160, 45],
  beyond: [160, 225, 45],
  other: [45, 225, 45],
  third: [45, 45, 225],
} as const satisfies Record<string, Colour>;

export type Person = keyof typeof people;

const height = 160;

/** Draws people side by side, with the radii of their faces in pixels. */
function draw(faces: readonly { person: Person; radius: number }[]): Sharp {
  const width = height * faces.length;
  const pixels = new Uint8Array(3 * width * height);
  for (let index = 0; index < width * height; index += 1) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const { person, radius } = faces[Math.floor(x / height)] as (typeof faces)[number];
    const isFace = Math.hypot((x % height) - height / 2, y - height / 2) <= radius;
    // The gray differs from pixel to pixel; otherwise the file would be smaller than any real one.
    const gray = 110 + ((index * 7919) % 37);
    pixels.set(isFace ? people[person] : [gray, gray, gray], 3 * index);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Gives a portrait as the bytes of a JPEG. */
export async function portraitOf(person: Person): Promise<Buffer> {
  return draw([{ person, radius: 50 }])
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Gives several people side by side, as the bytes of a JPEG. */
export async function groupOf(...group: Person[]): Promise<Buffer> {
  return draw(group.map((person) => ({ person, radius: 50 })))
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Gives the pictures of the bookkeeping suite. */
export async function suitePictures() {
  const decoded = async (drawn: Sharp): Promise<Picture> => decodePicture(await drawn.png().toBuffer());
  const order = ['other', 'listed', 'third'] as const;
  return {
    portraits: await Promise.all(order.map((person) => decoded(draw([{ person, radius: 50 }])))),
    otherPortrait: await decoded(draw([{ person: 'listedLater', radius: 50 }])),
    group: await decoded(draw(order.map((person, place) => ({ person, radius: 60 - 10 * place })))),
  };
}
