import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { serviceNow } from '../clock.ts';

/** Values of a form about a person, as text. */
export interface PersonValues {
  readonly name: string;
  readonly reason: string;
  readonly severity: '' | NonNullable<BlacklistRecord['severity']>;
  readonly category: string;
  /** Last day of the ban in the browser's zone, as YYYY-MM-DD; empty if it does not end. */
  readonly lastDay: string;
  readonly notes: string;
  readonly suspended: boolean;
}

export const nobody: PersonValues = {
  name: '',
  reason: '',
  severity: '',
  category: '',
  lastDay: '',
  notes: '',
  suspended: false,
};

export function valuesOf(entry: BlacklistRecord): PersonValues {
  return {
    name: entry.name,
    reason: entry.reason ?? '',
    severity: entry.severity ?? '',
    category: entry.category ?? '',
    lastDay: entry.expires_at ? dayOf(lastMomentOf(entry.expires_at)) : '',
    notes: entry.notes ?? '',
    suspended: entry.suspended ?? false,
  };
}

/** Returns the last moment before an entry expires, which lies on the ban's last day. */
export function lastMomentOf(expiresAt: string): Date {
  return new Date(Date.parse(expiresAt) - 1);
}

function dayOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Returns the midnight that ends a day in the browser's zone, in ISO 8601. */
export function endOfDay(day: string): string | undefined {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const end = new Date(year, month - 1, date + 1);
  return day === '' || Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}

/** Returns the texts of a form's fields, without blank ones. */
export function formTexts(values: PersonValues): Record<string, string> {
  const { name, reason, severity, category, lastDay, notes, suspended } = values;
  const texts = {
    name: name.trim(),
    reason: reason.trim(),
    severity,
    category: category.trim(),
    expires_at: endOfDay(lastDay) ?? '',
    notes: notes.trim(),
    suspended: suspended ? 'true' : '',
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

export type PersonPatch = Partial<
  Pick<
    BlacklistRecord,
    | 'name'
    | 'reason'
    | 'severity'
    | 'category'
    | 'expires_at'
    | 'review_at'
    | 'notes'
    | 'suspended'
    | 'version'
  >
>;

/** Names the fields that differ. */
export function changedFields(before: PersonValues, after: PersonValues): (keyof PersonValues)[] {
  const textOf = (value: string | boolean) => (typeof value === 'string' ? value.trim() : value);
  return (Object.keys(before) as (keyof PersonValues)[]).filter(
    (field) => textOf(before[field]) !== textOf(after[field]),
  );
}

/** Returns the change from one set of values to another, as the service takes it. */
export function patchOf(before: PersonValues, after: PersonValues): PersonPatch {
  const whole = {
    name: after.name.trim(),
    reason: after.reason.trim() || null,
    severity: after.severity || null,
    category: after.category.trim() || null,
    lastDay: endOfDay(after.lastDay) ?? null,
    notes: after.notes.trim() || null,
    suspended: after.suspended,
  };
  const changes = changedFields(before, after).map((field) => [
    field === 'lastDay' ? 'expires_at' : field,
    whole[field],
  ]);
  return Object.fromEntries(changes) as PersonPatch;
}

/** Returns true once the time of an entry is over, as the service has it. */
export function isExpired({ expires_at }: Pick<BlacklistRecord, 'expires_at'>): boolean {
  return expires_at !== null && Date.parse(expires_at) <= serviceNow();
}

/** Returns true for an entry that nobody matches. An earlier service does not tell if it is suspended. */
export function isOutOfForce(
  entry: Pick<BlacklistRecord, 'expires_at'> & Partial<Pick<BlacklistRecord, 'suspended'>>,
): boolean {
  return entry.suspended === true || isExpired(entry);
}
