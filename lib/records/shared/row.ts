/**
 * Types a database's result as the fields that its statement or its writer names. Every cast of a row or an
 * item is made here. The casts are safe, because SQLite's tables are STRICT, and only this program writes
 * DynamoDB's items.
 */
export function row<T>(value: unknown): T {
  return value as T;
}
