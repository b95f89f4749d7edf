import sharp from 'sharp';
import { InputTooLargeError, InputUnreadableError, UnsupportedFormatError } from '../errors.ts';
import { timed } from '../metrics/timed.ts';
import type { Picture, PictureFormat } from './picture.ts';

/** 50 megapixels: more than common cameras give, and 150 MB once decoded. */
const maxPixels = 50_000_000;

// Only the loaders of the formats that we take, in this whole process: no SVG, PDF, HEIF, TIFF or ImageMagick, whatever the
// bytes look like to libvips. Its cache would keep people's pictures in memory, and several pictures are decoded side by
// side, so one thread each is enough.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif'],
});
sharp.cache(false);
sharp.concurrency(1);

/**
 * Checks and decodes a picture: JPEG, PNG, WebP or GIF (the first frame of an animation), told by its first bytes and not by any
 * name. It comes out turned upright by its EXIF orientation, in 8-bit sRGB whatever it was (CMYK, 16-bit, grayscale, another
 * profile), with transparent parts on white.
 *
 * @throws UnsupportedFormatError when the bytes are of another format.
 * @throws InputTooLargeError when its header tells of more than 50 megapixels; nothing is decoded then.
 * @throws InputUnreadableError when it is empty, cut off or damaged.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  if (bytes.length === 0) throw new InputUnreadableError('The picture is empty.');
  const format = formatOf(bytes);
  if (format === undefined) {
    throw new UnsupportedFormatError('The picture is not in a format that is taken: JPEG, PNG, WebP or GIF.');
  }
  const { data, info } = await timed('decode', () => decodePixels(bytes));
  return { width: info.width, height: info.height, pixels: data, original: bytes, format };
}

/** The format that the first bytes tell, or `undefined` when it is none of ours. */
function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  return undefined;
}

async function decodePixels(bytes: Uint8Array) {
  try {
    return await sharp(bytes, {
      // Refuses missing data and wrong checksums, where faces would be looked for in pixels that are not there. The
      // stricter 'warning' also refuses whole pictures for stray bytes between segments, which cameras do write.
      failOn: 'error',
      limitInputPixels: maxPixels,
      autoOrient: true,
    })
      .flatten({ background: 'white' })
      .raw() // 8-bit sRGB, as sharp gives everything unless asked otherwise
      // Not toUint8Array(), which never frees its memory in sharp 0.35.5.
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    // sharp has no error classes. It compares the header's width and height with the limit before it decodes.
    if (cause instanceof Error && cause.message.includes('exceeds pixel limit')) {
      throw new InputTooLargeError(`The picture has more than ${maxPixels / 1e6} megapixels.`, { cause });
    }
    throw new InputUnreadableError('The picture is damaged or cut off.', { cause });
  }
}
