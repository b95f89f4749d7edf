/** Variables of other programs that resemble our settings. */
const foreign =
  /^(AWS_DEFAULT_REGION|AWS_(ACCESS|SECRET|SESSION|ENDPOINT|LAMBDA|CONTAINER|WEB_IDENTITY)_.*)$/;

/**
 * Finds the setting that a variable's name was probably meant to be. It accepts another case, other
 * separators, one or two wrong letters, and one word too many or too few. Returns `undefined` if the name is
 * a setting, or similar to none.
 */
export function closestSetting(name: string, settings: readonly string[]): string | undefined {
  if (settings.includes(name) || foreign.test(name)) return undefined;
  const given = folded(name);
  return (
    settings.find((setting) => folded(setting) === given) ??
    settings.find((setting) => isMisspelt(folded(setting), given, tolerance(setting))) ??
    settings.find((setting) => isOneWordApart(words(setting), words(name)))
  );
}

function words(name: string): string[] {
  return name
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
}

function folded(name: string): string {
  return words(name).join('');
}

/**
 * Returns the number of wrong letters allowed. It is lower for short names, which are similar to too many
 * others.
 */
function tolerance(setting: string): number {
  return setting.length < 5 ? 0 : setting.length < 9 ? 1 : 2;
}

/** Returns true if few enough letters differ. Lengths alone tell it of nearly all names, at every start. */
function isMisspelt(one: string, other: string, allowed: number): boolean {
  return Math.abs(one.length - other.length) <= allowed && distance(one, other) <= allowed;
}

/** Returns true if one list has all words of the other, in their order, and one more. */
function isOneWordApart(one: readonly string[], other: readonly string[]): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  if (shorter.length < 2 || longer.length !== shorter.length + 1) return false;
  return longer.some((_, left) => longer.toSpliced(left, 1).join() === shorter.join());
}

/**
 * Counts the letters to insert, remove or replace that turn one word into the other. Two swapped letters
 * count as one.
 */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const change = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      const swapped = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      const swap = swapped ? (before[to - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, change, swap));
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}
