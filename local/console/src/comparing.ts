import type { EntryVerification } from '../../../lib/contract/endpoints/verify-entry.ts';
import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import type { Verification } from '../../../lib/contract/verification.ts';
import { uploadPicture, verify, verifyEntry } from './api/endpoints.ts';
import { decode, type Size } from './api/pictures.ts';
import { inlineBytes, prepareForLine, toBase64, UnreadableFileError } from './api/prepare.ts';
import { texts } from './texts.ts';

/** One side of a comparison: a picture that this page shows, or a listed person. */
export type Side =
  | { readonly kind: 'picture'; readonly file: File; readonly url: string; readonly size: Size }
  | { readonly kind: 'person'; readonly entry: BlacklistRecord };
export type PictureSide = Extract<Side, { kind: 'picture' }>;

/** Result of a comparison. That of two pictures names no entry. */
export type Comparison = Verification | EntryVerification;

/**
 * Reads a file as a side. Its address must be given back by `closeSide`.
 *
 * @throws UnreadableFileError
 */
export async function pictureSide(chosen: File): Promise<PictureSide> {
  const { file } = await prepareForLine(chosen);
  const url = URL.createObjectURL(file);
  try {
    const { naturalWidth: width, naturalHeight: height } = await decode(url);
    return { kind: 'picture', file, url, size: { width, height } };
  } catch {
    URL.revokeObjectURL(url);
    throw new UnreadableFileError(texts.frame.notReadable);
  }
}

export function closeSide(side: Side | undefined): void {
  if (side?.kind === 'picture') URL.revokeObjectURL(side.url);
}

/** Compares a picture with another, or with a listed person. Nothing is kept of it. */
export async function compare(one: PictureSide, other: Side): Promise<Comparison> {
  const image = await imageOf(one);
  return other.kind === 'person' ? verifyEntry(other.entry.id, image) : verify(image, await imageOf(other));
}

function imageOf({ file }: PictureSide): Promise<string> {
  return file.size > inlineBytes ? uploadPicture(file) : toBase64(file);
}
