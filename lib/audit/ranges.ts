/** Limit on the characters of ids in one line of the audit trail. */
const maxRangesLength = 4_000;

/** Writes whole numbers as ranges, such as `1-20, 25`; the end of very many is cut off. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const text = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  if (text.length <= maxRangesLength) return text;
  return `${text.slice(0, text.lastIndexOf(',', maxRangesLength))}, … ${ranges.at(-1)?.[1]}`;
}
