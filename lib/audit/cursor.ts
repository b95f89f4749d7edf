import { RequestInvalidError } from '../errors.ts';

/** Writes a place in a list, for clients to send it back as it is. */
export function encodeCursor(place: Readonly<Record<string, number>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Reads a place in a list.
 * @param names of the numbers that it may have, of which it has at least one
 * @throws RequestInvalidError when it is none.
 */
export function decodeCursor(
  text: string,
  names: readonly string[],
): Readonly<Partial<Record<string, number>>> {
  const place = parse(Buffer.from(text, 'base64url').toString());
  if (isPlace(place, names) && encodeCursor(place) === text.replace(/=+$/, '')) return place;
  throw noPlace();
}

/** Makes the error for a cursor that no page gave. */
export function noPlace(): RequestInvalidError {
  return new RequestInvalidError([
    { loc: ['query', 'cursor'], msg: 'Input should be the `next` of another page', type: 'value_error' },
  ]);
}

function isPlace(place: unknown, names: readonly string[]): place is Record<string, number> {
  if (typeof place !== 'object' || place === null || Array.isArray(place)) return false;
  const numbers = Object.entries(place);
  return (
    numbers.length > 0 &&
    numbers.every(([name, value]) => names.includes(name) && Number.isSafeInteger(value) && value >= 0)
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
