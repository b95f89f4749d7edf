import { RequestInvalidError } from '../errors.ts';

/** Writes a place in a list, for clients to send it back as it is. */
export function encodeCursor(place: Readonly<Record<string, number>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Reads a place in a list.
 * @param names of the numbers that it may have
 * @throws RequestInvalidError when it is none.
 */
export function decodeCursor(
  text: string,
  names: readonly string[],
): Readonly<Partial<Record<string, number>>> {
  const place = parse(Buffer.from(text, 'base64url').toString());
  const isPlace =
    typeof place === 'object' &&
    place !== null &&
    Object.entries(place).every(([name, value]) => names.includes(name) && Number.isSafeInteger(value));
  if (isPlace) return place as Record<string, number>;
  throw new RequestInvalidError([
    { loc: ['query', 'cursor'], msg: 'Input should be the `next` of another page', type: 'value_error' },
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
