/**
 * Writes a setting's default as its page shows it. A list or a map of nothing is none.
 * @throws TypeError for an object, which has no form in the environment
 */
export function shownDefault(value: unknown): string {
  if (value === undefined || (value instanceof Map && value.size === 0)) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`${value.join(',')}\``;
  if (typeof value === 'object') throw new TypeError('This default has no form in the environment.');
  return `\`${String(value)}\``;
}
