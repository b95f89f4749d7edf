import { InputUnreadableError } from '../errors.ts';
import { pictureTooLarge } from './too-large.ts';

/**
 * Decodes a picture given as base64, with or without a `data:…;base64,` head, whatever type that
 * names: a picture is judged by its bytes. Line breaks and spaces, the URL-safe
 * alphabet and missing padding are taken; anything else that is not base64 (RFC 4648) is refused.
 *
 * @throws InputTooLargeError when it would give more than `maxBytes`; nothing is decoded then.
 * @throws InputUnreadableError when it is not base64, or is empty.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array {
  const encoded = withoutHead(text.replace(/\s+/g, ''));
  const symbols = encoded.replace(/={1,2}$/, '');
  if (symbols === '') throw new InputUnreadableError('The picture is empty.');
  if (Math.floor((symbols.length * 3) / 4) > maxBytes) throw pictureTooLarge(maxBytes);

  const isPadded = symbols.length < encoded.length;
  const hasWholeLength = isPadded ? encoded.length % 4 === 0 : symbols.length % 4 !== 1;
  if (!hasWholeLength || /[^A-Za-z0-9+/_-]/.test(symbols)) {
    throw new InputUnreadableError('The picture is not valid base64.');
  }
  return Buffer.from(symbols, 'base64');
}

/** No longer head is looked at: what a browser writes has some forty characters. */
const maxHeadLength = 1024;

function withoutHead(text: string): string {
  if (!/^data:/i.test(text)) return text;
  const end = text.slice(0, maxHeadLength).indexOf(',');
  if (end === -1 || !text.slice(0, end).toLowerCase().endsWith(';base64')) {
    throw new InputUnreadableError('A data: URL of a picture has to begin with data:<type>;base64,');
  }
  return text.slice(end + 1);
}
