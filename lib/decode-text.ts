import { isUtf8 } from 'node:buffer';

const utf8 = new TextDecoder();
const windows1252 = new TextDecoder('windows-1252');

/**
 * Reads text that says no encoding: UTF-8 where it is that, else Windows-1252, which older Western systems
 * write. It never makes U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? utf8.decode(bytes) : windows1252.decode(bytes);
}
