import { fixed } from '../format.ts';
import { texts } from '../texts.ts';

/** Sizes and sources in words. */

export function bytes(size: number): string {
  if (size < 1_000) return texts.service.bytes(size);
  if (size < 1_000_000) return texts.service.kilobytes(Math.round(size / 1_000));
  return texts.service.megabytes(fixed(size / 1_000_000, 1));
}

/** Source of the pictures that the page *Door* keeps, whatever its language is. */
export const doorSource = 'Door';

/** Tells a source as it is shown. */
export function sourceWords(source: string): string {
  return source === doorSource ? texts.checking.door : source;
}

/** Returns the source that was meant by words. */
export function sourceMeant(words: string): string {
  return words.trim().toLowerCase() === texts.checking.door.toLowerCase() ? doorSource : words;
}

/** Returns a picture's source. Base64 says nothing to a person. */
export function sourceOf(identifier: string): string {
  const isPlace =
    /^(https?:\/\/|s3:\/\/|\.{0,2}\/|[a-z]:\\)/i.test(identifier) && !identifier.startsWith('/9j/');
  if (!isPlace) return texts.history.sentWithRequest;
  // A form's upload has a name that nobody chose.
  return /\/uploads\/[0-9a-f-]{36}\.\w+$/.test(identifier) ? texts.history.sentAsLarge : identifier;
}
