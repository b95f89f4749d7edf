const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Limit on the keys that are told of. */
const maxRepeated = 10;

/**
 * Finds the keys that an object of a JSON text has twice, at any depth. `JSON.parse` keeps the last of them
 * without a word, and another program that reads the same text may keep the first.
 * @param bytes UTF-8 of a text that `JSON.parse` takes
 * @returns each with its number, not more than 10
 */
export function repeatedKeys(bytes: Uint8Array): [key: string, times: number][] {
  const found = new Map<string, number>();
  /** Keys of the objects around the current place; an array has none. */
  const around: Map<string, number>[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === openBrace || byte === openBracket) around.push(new Map());
    else if (byte === closeBrace || byte === closeBracket) around.pop();
    else if (byte === quote) {
      const end = endOfString(bytes, at);
      const next = afterSpace(bytes, end + 1);
      if (bytes[next] === colon) {
        const key = keyOf(bytes, at, end);
        const keys = around.at(-1);
        const times = (keys?.get(key) ?? 0) + 1;
        keys?.set(key, times);
        if (times > 1 && (found.has(key) || found.size < maxRepeated)) found.set(key, times);
      }
      at = next - 1;
    }
  }
  return [...found];
}

/** Finds the closing quote of the string that begins at `start`. A native search makes it fast. */
export function endOfString(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(quote, start + 1);
  while (at !== -1) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
    at = bytes.indexOf(quote, at + 1);
  }
  return bytes.length;
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at += 1;
  return at;
}

/** Reads a key, which may be written with escapes. */
function keyOf(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end + 1 - start).toString();
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
}
