import { setImmediate } from 'node:timers/promises';
import { InputUnreadableError } from '../errors.ts';
import { pictureTooLarge } from './too-large.ts';

/** Characters that are decoded at once; between two pieces, other requests get their turn. */
const pieceLength = 256 * 1024;
/** Characters of a short text, which is decoded without a pause. */
const smallLength = 16 * 1024;
/** Limit on the head, longer than any head with all parameters that browsers write. */
const maxHeadLength = 1024;

/**
 * Decodes a picture in base64, with or without a `data:…;base64,` head. The type in the head is ignored,
 * because the picture's own bytes decide. Line breaks, spaces, the URL-safe alphabet and missing padding are
 * accepted. Anything else that is not base64 (RFC 4648) is refused.
 * @throws InputTooLargeError when it has more than `maxBytes`
 * @throws InputUnreadableError when it is not base64, or is empty
 */
export async function decodeBase64(text: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let count = 0;
  let rest = '';
  let padding = '';
  for (let at = startOfSymbols(text); at < text.length; at += pieceLength) {
    // It also pauses before the first piece, because a request may have a hundred pictures of one piece each.
    if (text.length > smallLength) await setImmediate();
    const [symbols, ends] = splitPadding(text.slice(at, at + pieceLength).replace(/\s+/g, ''));
    padding += ends;
    if (padding.length > 2 || (padding.length > ends.length && symbols !== '')) throw notBase64();
    if (/[^A-Za-z0-9+/_-]/.test(symbols)) throw notBase64();
    count += symbols.length;
    if (Math.floor((count * 3) / 4) > maxBytes) throw pictureTooLarge(maxBytes);
    const joined = rest + symbols;
    const whole = joined.length - (joined.length % 4);
    pieces.push(Buffer.from(joined.slice(0, whole), 'base64'));
    rest = joined.slice(whole);
  }
  if (count === 0) throw new InputUnreadableError('The picture is empty.');
  const hasWholeLength = padding === '' ? rest.length !== 1 : (rest.length + padding.length) % 4 === 0;
  if (!hasWholeLength) throw notBase64();
  return Buffer.concat([...pieces, Buffer.from(rest, 'base64')]);
}

function splitPadding(symbols: string): [string, string] {
  const at = symbols.indexOf('=');
  if (at === -1) return [symbols, ''];
  const padding = symbols.slice(at);
  if (padding !== '=' && padding !== '==') throw notBase64();
  return [symbols.slice(0, at), padding];
}

function notBase64(): InputUnreadableError {
  return new InputUnreadableError('The picture is not valid base64.');
}

/** Finds the end of the head, if there is one. */
function startOfSymbols(text: string): number {
  const start = text.slice(0, maxHeadLength);
  if (!/^\s*data:/i.test(start)) return 0;
  const comma = start.indexOf(',');
  const head = start.slice(0, Math.max(0, comma)).replace(/\s+/g, '').toLowerCase();
  if (head.endsWith(';base64')) return comma + 1;
  throw new InputUnreadableError('A data: URL of a picture has to begin with data:<type>;base64,');
}
