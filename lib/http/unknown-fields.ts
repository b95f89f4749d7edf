import { closestSetting } from '../closest-setting.ts';

const maxWarnings = 10;
/** Limit on a name in a warning, in UTF-16 units: the client chooses it. */
const maxNameLength = 50;
/** Letters that two names begin with alike, such as `expiry` and `expires_at`. */
const sharedLetters = 4;

/**
 * Returns a warning for each field, or parameter, of a request that its contract does not know, with the one
 * that was probably meant. Such are passed over as ever: the clients of the old service may send some.
 */
export function unknownFieldWarnings(
  given: Iterable<string>,
  known: readonly string[],
  kind: 'field' | 'parameter' = 'field',
): string[] {
  return unknownNames(given, known).map((name) => {
    const meant = meantBy(name, known);
    return `The ${kind} '${shownName(name)}' is not known, and was passed over.${meant ? ` Was ${meant} meant?` : ''}`;
  });
}

/** Returns a warning for each field of a form that was sent twice: the old service took the last, too. */
export function repeatedFieldWarnings(given: readonly string[], single: readonly string[]): string[] {
  return single.flatMap((name) => {
    const times = given.filter((other) => other === name).length;
    return times > 1 ? [`The field '${name}' was given ${times} times: the last counts.`] : [];
  });
}

/** Lists the first names that are not known, each once. */
export function unknownNames(given: Iterable<string>, known: readonly string[]): string[] {
  return [...new Set(given)].filter((name) => !known.includes(name)).slice(0, maxWarnings);
}

/** Finds the known name that was probably meant. */
export function meantBy(name: string, known: readonly string[]): string | undefined {
  return closestSetting(name, known) ?? beginningAlike(name, known);
}

/** Shortens a client's name, and makes it harmless to show. */
export function shownName(name: string): string {
  return name.slice(0, maxNameLength).replaceAll(/[\p{C}\p{Z}]/gu, ' ');
}

/** Adds lines to an answer's warnings, which are null where there are none. */
export function withWarnings(warnings: readonly string[] | null, more: readonly string[]): string[] | null {
  const all = [...(warnings ?? []), ...more];
  return all.length > 0 ? all : null;
}

/** Finds the name that begins with most of the same letters. */
function beginningAlike(name: string, known: readonly string[]): string | undefined {
  const given = lettersOf(name);
  const shared = known.map((other) => ({ other, length: sharedLength(given, lettersOf(other)) }));
  const [best] = shared.sort((one, next) => next.length - one.length);
  return best && best.length >= sharedLetters ? best.other : undefined;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function sharedLength(one: string, other: string): number {
  const end = [...one].findIndex((letter, index) => letter !== other[index]);
  return end === -1 ? one.length : end;
}
