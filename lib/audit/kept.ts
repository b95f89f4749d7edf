import type { Config } from '../config.ts';

const dayMs = 24 * 60 * 60_000;

/** Returns the time from which on the audit trail is kept. */
export function auditedSince({ auditDays }: Pick<Config, 'auditDays'>, now = new Date()): Date {
  return new Date(now.getTime() - auditDays * dayMs);
}
