import type { ChangedFields, EntryDetails } from '../records/entry.ts';

/** The optional fields of an entry as a request has them; `undefined` where it does not name them. */
export interface GivenDetails {
  readonly expires_at?: string | null | undefined;
  readonly review_at?: string | null | undefined;
  readonly category?: string | null | undefined;
  readonly severity?: EntryDetails['severity'] | undefined;
  readonly notes?: string | null | undefined;
  readonly suspended?: boolean | undefined;
}

/** Converts the fields that a request names. A text of which nothing is to be seen is none. */
export function entryDetails(given: GivenDetails): Partial<EntryDetails> {
  return named({
    expiresAt: given.expires_at,
    reviewAt: given.review_at,
    category: given.category === '' ? null : given.category,
    severity: given.severity,
    notes: given.notes === '' ? null : given.notes,
    suspended: given.suspended,
  });
}

/** Leaves out what is `undefined`. */
export function named(fields: { readonly [Name in keyof ChangedFields]: ChangedFields[Name] | undefined }) {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ChangedFields;
}
