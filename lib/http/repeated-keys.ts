const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Limit on the keys that are told of. */
const maxRepeated = 10;

/** A key that an object has more than once. */
export interface RepeatedKey {
  /** Keys and positions that lead to it, from the text's own value on. */
  readonly path: readonly (string | number)[];
  times: number;
}

/** An object or array around the current place. */
interface Level {
  /** Keys so far; those that were found more than once have a value. */
  readonly keys: Map<string, RepeatedKey | undefined>;
  readonly isArray: boolean;
  /** Key or position of the current value. */
  at: string | number;
}

/**
 * Finds the keys that an object of a JSON text has twice, at any depth. `JSON.parse` keeps the last of them
 * without a word, and another program that reads the same text may keep the first.
 * @param bytes UTF-8 of a text that `JSON.parse` takes
 * @returns each with its path and its number, not more than 10
 */
export function repeatedKeys(bytes: Uint8Array): RepeatedKey[] {
  const found: RepeatedKey[] = [];
  const around: Level[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    const level = around.at(-1);
    if (byte === openBrace || byte === openBracket)
      around.push({ keys: new Map(), isArray: byte === openBracket, at: 0 });
    else if (byte === closeBrace || byte === closeBracket) around.pop();
    else if (byte === comma && level?.isArray) level.at = Number(level.at) + 1;
    else if (byte === quote) {
      const end = endOfString(bytes, at);
      const next = afterSpace(bytes, end + 1);
      if (bytes[next] === colon && level) {
        level.at = keyOf(bytes, at, end);
        note(level, around, found);
      }
      at = next - 1;
    }
  }
  return found;
}

/** Notes the key at the current place, and counts it if the object had it already. */
function note(level: Level, around: readonly Level[], found: RepeatedKey[]): void {
  const key = String(level.at);
  const known = level.keys.get(key);
  if (known) known.times += 1;
  else if (level.keys.has(key) && found.length < maxRepeated) {
    const repeated = { path: around.map((each) => each.at), times: 2 };
    level.keys.set(key, repeated);
    found.push(repeated);
  } else level.keys.set(key, undefined);
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
