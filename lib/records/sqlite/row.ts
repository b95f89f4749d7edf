/**
 * Types a row, or what a statement iterates over, as the fields that the statement names: the tables are STRICT, and so nothing else
 * can be in them. Every cast of what SQLite returns goes through here.
 */
export function row<T>(value: unknown): T {
  return value as T;
}
