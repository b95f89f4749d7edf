/**
 * Types what a database returned, as the fields that its statement or its writer names. Every cast of a row or an item goes through
 * here: SQLite's tables are STRICT, and DynamoDB's items are written by this program alone.
 */
export function row<T>(value: unknown): T {
  return value as T;
}
