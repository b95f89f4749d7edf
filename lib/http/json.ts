import { InputUnreadableError, RequestInvalidError } from '../errors.ts';
import { endOfString, repeatedKeys } from './repeated-keys.ts';
import { shownName } from './unknown-fields.ts';

/** Limit on values: more than any of our requests has, and few enough to be checked at once. */
const maxValues = 20_000;
const maxDepth = 64;

const quote = 0x22;
const [openBracket, closeBracket, openBrace, closeBrace, comma] = [0x5b, 0x5d, 0x7b, 0x7d, 0x2c];

/**
 * Decodes UTF-8, without its byte order mark.
 * @throws InputUnreadableError when it is something else.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputUnreadableError(
      'There was an error parsing the body: it is not UTF-8, which JSON has to be.',
      { cause },
    );
  }
}

/**
 * Reads JSON in UTF-8. A text of very many values is refused before it is read: they would take far more
 * memory than the text. So is an object with a key twice, of which nobody can say which value was meant.
 * @throws RequestInvalidError
 */
export function parseJson(text: string, bytes: Uint8Array = Buffer.from(text)): unknown {
  if (!isBounded(bytes)) {
    throw invalid(
      ['body'],
      `JSON should have at most ${maxValues} values, ${maxDepth} levels deep`,
      'too_long',
    );
  }
  const value = parsed(text);
  const repeated = repeatedKeys(bytes);
  if (repeated.length === 0) return value;
  throw new RequestInvalidError(
    repeated.map(({ path, times }) => {
      const msg = `Field was given ${times} times: give it once`;
      const loc = path.map((part) => (typeof part === 'string' ? shownName(part) : part));
      return { loc: ['body', ...loc], msg, type: 'value_error' };
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Node's message repeats the input, so only the position is passed on.
    const position = /at position (\d+)/.exec(String(error))?.[1];
    throw invalid(
      position === undefined ? ['body'] : ['body', Number(position)],
      'JSON decode error',
      'json_invalid',
    );
  }
}

/**
 * Counts the marks between values, outside of strings. Strings are skipped by a native search, which is fast.
 */
function isBounded(bytes: Uint8Array): boolean {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      at = endOfString(bytes, at);
    } else if (byte === comma || byte === openBracket || byte === openBrace) {
      values += 1;
      if (byte !== comma) depth += 1;
      if (values > maxValues || depth > maxDepth) return false;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
  }
  return true;
}

function invalid(loc: (string | number)[], msg: string, type: string): RequestInvalidError {
  return new RequestInvalidError([{ loc, msg, type }]);
}
