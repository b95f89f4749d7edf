import sharp, { type Sharp } from 'sharp';

/** A way to degrade a picture, from little to much. */
export interface Degradation {
  readonly name: string;
  readonly amounts: readonly number[];
  degrade(picture: Sharp, amount: number, width: number): Sharp;
}

/** Faces of LFW are about 105 pixels wide in pictures of 250. */
const faceShare = 105 / 250;

export const degradations: readonly Degradation[] = [
  { name: 'blurred, sigma in px', amounts: [1.5, 2, 2.5, 3, 4, 6], degrade: (one, sigma) => one.blur(sigma) },
  {
    name: 'made smaller, face in px',
    amounts: [48, 40, 32, 24, 16],
    degrade: (one, side, width) => one.resize({ width: Math.round((side / faceShare) * (width / 250)) }),
  },
  {
    name: 'darkened, times',
    amounts: [0.4, 0.2, 0.15, 0.1],
    degrade: (one, factor) => one.linear(factor, 0),
  },
  { name: 'over-exposed, times', amounts: [2, 3, 4], degrade: (one, factor) => one.linear(factor, 0) },
  {
    name: 'contrast, times',
    amounts: [0.3, 0.2, 0.1],
    degrade: (one, factor) => one.linear(factor, 128 * (1 - factor)),
  },
  { name: 'JPEG quality', amounts: [20, 10, 5], degrade: (one, quality) => one.jpeg({ quality }) },
  {
    name: 'turned in its plane, degrees',
    amounts: [45, 90, 180],
    degrade: (one, angle) => one.rotate(angle, { background: '#808080' }),
  },
];

/** Degrades a picture, and saves it in a format that loses nothing more. */
export async function degraded(
  bytes: Uint8Array,
  { degrade }: Degradation,
  amount: number,
): Promise<Uint8Array> {
  const { width } = await sharp(bytes).metadata();
  const once = await degrade(sharp(bytes), amount, width).toBuffer();
  return sharp(once).png().toBuffer();
}
