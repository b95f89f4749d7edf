import { isUtf8 } from 'node:buffer';

const utf8 = new TextDecoder();
const windows1252 = new TextDecoder('windows-1252');

/**
 * Decodes text without a stated encoding. It uses UTF-8 if the bytes are valid, else Windows-1252, which
 * older Western systems write. It never makes U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? utf8.decode(bytes) : windows1252.decode(bytes);
}
