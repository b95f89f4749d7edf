import sharp, { type Sharp } from 'sharp';
import { InputUnreadableError } from '../errors.ts';
import { timed } from '../metrics/timed.ts';
import { wholeJpeg } from './jpeg.ts';
import { isTurned, type MeasuredPicture, measurePicture } from './measure.ts';
import type { Picture } from './picture.ts';
import { makeRoomForPixels } from './pixel-garbage.ts';
import { opening } from './withheld-files.ts';

// Only the loaders of the accepted formats are enabled in this process: no SVG, PDF, HEIF, TIFF or
// ImageMagick. The cache is off because it would keep people's pictures in memory. Several pictures are
// decoded in parallel, so that one thread each is enough.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif'],
});
sharp.cache(false);
sharp.concurrency(1);

/**
 * Checks and decodes a picture: JPEG, PNG, WebP, or the first frame of a GIF. The first bytes decide on the
 * format, not the name.
 *
 * The result is upright by its EXIF orientation, in 8-bit sRGB, with transparent parts on white. CMYK,
 * 16-bit, grayscale and other profiles are converted. A picture that only lacks the end of its file is
 * accepted.
 * @param picture its bytes, or the result of `measurePicture`; decoding takes `memoryBytes`, see
 *   `PictureSlots`
 * @throws UnsupportedFormatError when the bytes are of another format
 * @throws InputTooLargeError when its header announces too many pixels; then nothing is decoded
 * @throws InputUnreadableError when it is empty, cut off or damaged
 */
export async function decodePicture(picture: Uint8Array | MeasuredPicture): Promise<Picture> {
  const measured = picture instanceof Uint8Array ? await measurePicture(picture) : picture;
  const { original, format } = measured;
  makeRoomForPixels(decodedBytes(measured));
  const { data, info } = await opening(original, () =>
    timed('decode', async () => upright(await decodePixels(measured), measured)),
  );
  return { width: info.width, height: info.height, pixels: data, original, format };
}

/** Returns the bytes of the pixels, and of those from which a picture is turned. */
function decodedBytes(picture: MeasuredPicture): number {
  return (isTurned(picture) ? 2 : 1) * 3 * picture.pixelCount;
}

/** Opens a stored picture, which was checked when it came, with the loaders of the accepted formats alone. */
export function openStored(decodable: Uint8Array): Sharp {
  return sharp(decodable, { failOn: 'none' });
}

type Decoded = Awaited<ReturnType<typeof decodeWith>>;

async function decodePixels(measured: MeasuredPicture): Promise<Decoded> {
  try {
    // Missing data and wrong checksums are refused: otherwise faces would be searched in pixels that are not
    // there.
    if (measured.format !== 'jpeg') return await decodeWith(measured.decodable, 'error');
    return await decodeJpeg(measured);
  } catch (cause) {
    throw new InputUnreadableError('The picture is damaged or cut off.', { cause });
  }
}

/**
 * Number of pixels up to which a JPEG is always read twice, because the decoder's warnings for the last rows
 * come too late.
 */
const smallJpegPixels = 2_000_000;

/**
 * Decodes a JPEG whose data is complete. The decoder fills missing data before an end marker with gray, and
 * only warns, as it also does for harmless stray bytes.
 */
async function decodeJpeg({ decodable: bytes, pixelCount }: MeasuredPicture): Promise<Decoded> {
  const hasEnd = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  if (hasEnd && pixelCount > smallJpegPixels) {
    try {
      return await decodeWith(bytes, 'warning');
    } catch {
      // `wholeJpeg` finds the reason, below.
    }
  }
  const whole = await wholeJpeg(bytes);
  if (whole === undefined) throw new Error('Data is missing.');
  return decodeWith(whole, 'error');
}

function decodeWith(bytes: Uint8Array, failOn: 'warning' | 'error') {
  const decoding = sharp(bytes, { failOn, limitInputPixels: false }).flatten({ background: 'white' });
  return toPixels(decoding);
}

/**
 * Turns the decoded pixels by Exif's orientation (CIPA DC-008, tag 274). In the decoding pipeline, the turn
 * would hold another copy of the picture, in its own depth and channels.
 */
async function upright({ data, info }: Decoded, picture: MeasuredPicture): Promise<Decoded> {
  if (!isTurned(picture)) return { data, info };
  const { width, height } = info;
  // sharp mirrors before it turns.
  const stored = sharp(data, { raw: { width, height, channels: 3 } });
  return toPixels(turns[picture.orientation as keyof typeof turns](stored));
}

const turns = {
  2: (stored: Sharp) => stored.flop(),
  3: (stored: Sharp) => stored.rotate(180),
  4: (stored: Sharp) => stored.flip(),
  5: (stored: Sharp) => stored.flip().rotate(90),
  6: (stored: Sharp) => stored.rotate(90),
  7: (stored: Sharp) => stored.flop().rotate(90),
  8: (stored: Sharp) => stored.rotate(270),
};

function toPixels(picture: Sharp) {
  return (
    picture
      .raw() // 8-bit sRGB, as sharp gives everything unless asked otherwise
      // Not toUint8Array(), which never frees its memory in sharp 0.35.5.
      .toBuffer({ resolveWithObject: true })
  );
}
