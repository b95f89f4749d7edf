import sharp, { type Sharp } from 'sharp';

/** A way to spoil a picture, from little to much. */
export interface Spoiling {
  readonly name: string;
  readonly amounts: readonly number[];
  spoil(picture: Sharp, amount: number, width: number): Sharp;
}

/** LFW's faces are about so wide in pictures of 250 pixels. */
const faceShare = 105 / 250;

export const spoilings: readonly Spoiling[] = [
  { name: 'blurred, sigma in px', amounts: [1.5, 2, 2.5, 3, 4, 6], spoil: (one, sigma) => one.blur(sigma) },
  {
    name: 'made smaller, face in px',
    amounts: [48, 40, 32, 24, 16],
    spoil: (one, side, width) => one.resize({ width: Math.round((side / faceShare) * (width / 250)) }),
  },
  {
    name: 'darkened, times',
    amounts: [0.4, 0.2, 0.15, 0.1],
    spoil: (one, factor) => one.linear(factor, 0),
  },
  { name: 'over-exposed, times', amounts: [2, 3, 4], spoil: (one, factor) => one.linear(factor, 0) },
  {
    name: 'contrast, times',
    amounts: [0.3, 0.2, 0.1],
    spoil: (one, factor) => one.linear(factor, 128 * (1 - factor)),
  },
  { name: 'JPEG quality', amounts: [20, 10, 5], spoil: (one, quality) => one.jpeg({ quality }) },
  {
    name: 'turned in its plane, degrees',
    amounts: [45, 90, 180],
    spoil: (one, angle) => one.rotate(angle, { background: '#808080' }),
  },
];

/** The spoilt picture as a file that loses nothing more. */
export async function spoilt(bytes: Uint8Array, { spoil }: Spoiling, amount: number): Promise<Uint8Array> {
  const { width } = await sharp(bytes).metadata();
  const once = await spoil(sharp(bytes), amount, width).toBuffer();
  return sharp(once).png().toBuffer();
}
