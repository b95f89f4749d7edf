import { createHash } from 'node:crypto';
import { InputTooLargeError, ServiceError } from '../../../lib/errors.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import { type MeasuredPicture, measurePicture } from '../../../lib/inputs/measure.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { uuidOfHash } from '../../../lib/uuid.ts';
import { imageTooLarge, invalidImageFormat, invalidParameters } from './errors.ts';
import type { Image } from './parameters.ts';
import type { ObjectReader } from './s3.ts';

/** Shortest side of a picture in pixels. */
const minImageSide = 80;

/**
 * Fetches the picture of a request and measures it.
 *
 * @throws RekognitionError as the service would, if it can't be fetched or used.
 */
export async function readImage({ Bytes, S3Object }: Image, objects: ObjectReader): Promise<MeasuredPicture> {
  if ((Bytes === undefined) === (S3Object === undefined)) throw invalidParameters();
  const bytes = Bytes ?? (S3Object && (await objects.read(S3Object)));
  if (!bytes || !isJpegOrPng(bytes)) throw invalidImageFormat();
  return withRekognitionErrors(async () => asItIsSeen(await measurePicture(bytes)));
}

/**
 * Leaves a PNG as it lies. The service turns a picture by Exif data in JPEG alone, see
 * `OrientationCorrection` in https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectFaces.html
 */
function asItIsSeen(measured: MeasuredPicture): MeasuredPicture {
  const { format, orientation, width, height } = measured;
  if (format !== 'png') return measured;
  const isOnItsSide = orientation >= 5 && orientation <= 8;
  return { ...measured, orientation: 1, ...(isOnItsSide && { width: height, height: width }) };
}

/**
 * Decodes a picture.
 *
 * @throws RekognitionError as the service would, if it can't be used.
 */
export async function decodeImage(measured: MeasuredPicture): Promise<Picture> {
  const picture = await withRekognitionErrors(() => decodePicture(measured));
  if (Math.min(picture.width, picture.height) < minImageSide) throw invalidParameters();
  return picture;
}

/** Returns a picture's `ImageId`, made from the SHA-256 of its bytes. */
export function imageIdOf(bytes: Uint8Array): string {
  return uuidOfHash(createHash('sha256').update(bytes).digest());
}

function isJpegOrPng(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  return start.startsWith('\xff\xd8\xff') || start === '\x89PNG\r\n\x1a\n';
}

async function withRekognitionErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputTooLargeError) throw imageTooLarge({ cause: error });
    if (error instanceof ServiceError) throw invalidImageFormat({ cause: error });
    throw error;
  }
}
