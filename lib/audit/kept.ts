import type { Config } from '../config.ts';
import { daysBefore } from '../days.ts';

/** Returns the time from which on the audit trail is kept. */
export function auditedSince({ auditDays }: Pick<Config, 'auditDays'>, now = new Date()): Date {
  return daysBefore(auditDays, now);
}
