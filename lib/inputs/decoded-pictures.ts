import { randomUUID } from 'node:crypto';
import type { InputUnreadableError } from '../errors.ts';

/** A picture's bytes, or the reason why its text is no picture in base64. */
export type DecodedPicture = Uint8Array | InputUnreadableError;

/** Enough of a text for its name in answers, and for every limit of the fields that take no pictures. */
const startLength = 4200;

const pictures = new Map<string, DecodedPicture>();

/**
 * Makes a text that stands for a long one: it begins in the same way, and is too long for the same fields.
 * Nobody else can guess it.
 */
export function standInFor(text: string): string {
  return text.slice(0, startLength) + randomUUID();
}

/** Keeps a picture that was decoded before, for who reads its stand-in, until it is disposed of. */
export function keepDecoded(standIn: string, picture: DecodedPicture): Disposable {
  pictures.set(standIn, picture);
  return { [Symbol.dispose]: () => pictures.delete(standIn) };
}

/** Returns the picture that a text stands for, if it stands for one. */
export function decodedPicture(text: string): DecodedPicture | undefined {
  return pictures.get(text);
}
