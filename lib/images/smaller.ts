import type { Box } from '../contract/shapes.ts';
import { openStored } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { PictureSlots } from '../inputs/port.ts';

/** Share of a face's box that is shown around it, on each side. The console cuts with the same. */
const margin = 0.35;
const jpegQuality = 82;

export interface SmallerOptions {
  /** Longer side in pixels. */
  readonly size: number;
  /** Face to cut out, in pixels of the upright picture; `null` for the whole picture. */
  readonly box: Box | null;
}

/**
 * Makes a smaller JPEG of a stored picture, upright and without metadata.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError
 */
export async function smallerPicture(
  bytes: Uint8Array,
  { size, box }: SmallerOptions,
  slots: PictureSlots,
): Promise<Uint8Array> {
  const { decodable, memoryBytes } = await measurePicture(bytes);
  return slots.run(memoryBytes, async () => {
    const upright = openStored(decodable).autoOrient().flatten({ background: '#fff' });
    if (box !== null) {
      const { autoOrient } = await openStored(decodable).metadata();
      upright.extract(around(box, autoOrient));
    }
    return upright
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: jpegQuality })
      .toBuffer();
  });
}

/** Returns the square around a face, as far as the picture goes. */
function around({ x, y, w, h }: Box, { width, height }: { width: number; height: number }) {
  const side = Math.max(1, Math.min(Math.round(Math.max(w, h) * (1 + 2 * margin)), width, height));
  const clamp = (start: number, length: number) =>
    Math.max(0, Math.min(Math.round(start - side / 2), length - side));
  return { left: clamp(x + w / 2, width), top: clamp(y + h / 2, height), width: side, height: side };
}
