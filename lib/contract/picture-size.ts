import * as z from 'zod';

/** Longer sides, in pixels, that pictures are made smaller to. */
const sizes = ['160', '320', '640'] as const;

/** Smaller pictures for lists: what a query may ask for. */
export const pictureSize = {
  size: z
    .enum(sizes)
    .optional()
    .describe(
      'The longer side in pixels: a smaller JPEG instead of the picture itself. It never gets larger. The client may keep it for a day.',
    ),
  crop: z
    .enum(['face'])
    .optional()
    .describe(
      '`face`: only the square around the face that counts, the enrolled one or the largest. Without `size`, at most 640 pixels; without a face it is the whole picture.',
    ),
} as const;
export type PictureSize = z.output<z.ZodObject<typeof pictureSize>>;

/** Returns the longer side that a query asks for; `undefined` for the picture itself. */
export function wantedSide({ size, crop }: PictureSize): number | undefined {
  return size === undefined && crop === undefined ? undefined : Number(size ?? sizes.at(-1));
}
