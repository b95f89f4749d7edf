import { createHash } from 'node:crypto';
import { InputTooLargeError, ServiceError } from '../../../lib/errors.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { uuidOfHash } from '../../../lib/uuid.ts';
import { imageTooLarge, invalidImageFormat, invalidParameters } from './errors.ts';
import type { Image } from './parameters.ts';
import type { ObjectReader } from './s3.ts';

/** Pixels a side. */
const minImageSide = 80;

/**
 * Fetches and decodes the picture of a request.
 * @throws RekognitionError in the service's manner when it can't be had or used.
 */
export async function readImage({ Bytes, S3Object }: Image, objects: ObjectReader): Promise<Picture> {
  if ((Bytes === undefined) === (S3Object === undefined)) throw invalidParameters();
  const bytes = Bytes ?? (S3Object && (await objects.read(S3Object)));
  if (!bytes || !isJpegOrPng(bytes)) throw invalidImageFormat();
  const picture = await decode(bytes);
  if (Math.min(picture.width, picture.height) < minImageSide) throw invalidParameters();
  return picture;
}

/** A picture's `ImageId`, made from the SHA-256 of its bytes. */
export function imageIdOf(bytes: Uint8Array): string {
  return uuidOfHash(createHash('sha256').update(bytes).digest());
}

function isJpegOrPng(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  return start.startsWith('\xff\xd8\xff') || start === '\x89PNG\r\n\x1a\n';
}

async function decode(bytes: Uint8Array): Promise<Picture> {
  try {
    return await decodePicture(bytes);
  } catch (error) {
    if (error instanceof InputTooLargeError) throw imageTooLarge({ cause: error });
    if (error instanceof ServiceError) throw invalidImageFormat({ cause: error });
    throw error;
  }
}
