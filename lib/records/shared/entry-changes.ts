import { VersionConflictError } from '../../errors.ts';
import {
  type ChangedFields,
  type EntryDetails,
  type EntryRecord,
  type IfVersion,
  type NewEntry,
  noDetails,
} from '../entry.ts';

/** Makes the record of a new entry, `PENDING` and without images. */
export function newEntryRecord({ carried, claimMs: _, ...entry }: NewEntry, id: number): EntryRecord {
  return {
    ...noDetails,
    addedBy: null,
    ...entry,
    updatedBy: null,
    updatedDate: null,
    version: 1,
    addedDate: new Date().toISOString(),
    ...carried,
    id,
    status: 'PENDING',
    imageCount: 0,
  };
}

const changeable = ['name', 'reason', ...(Object.keys(noDetails) as (keyof EntryDetails)[])] as const;

/** Names of the fields in the API. */
const apiNames: Partial<Record<keyof EntryRecord, string>> = {
  expiresAt: 'expires_at',
  reviewAt: 'review_at',
};
/** Fields whose values the audit trail may have, because no person's name can be among them. */
const auditableFields = new Set<keyof EntryRecord>(['expiresAt', 'reviewAt', 'severity', 'suspended']);

/** Says for the audit trail what a change of an entry has changed, without any text of the entry. */
export function changeDetail(before: EntryRecord, after: EntryRecord): string {
  const fields = changeable.filter((field) => before[field] !== after[field]);
  const texts = fields.map((field) => {
    const name = apiNames[field] ?? field;
    return auditableFields.has(field) ? `${name}=${after[field]}` : name;
  });
  return `changed: ${texts.join(', ')}`;
}

/** Returns the entry as it is after the change; itself where nothing changes. */
export function changedEntry(
  entry: EntryRecord,
  change: ChangedFields,
  actor: string | null = null,
): EntryRecord {
  const wanted = changeable.filter((field) => change[field] !== undefined && change[field] !== entry[field]);
  if (wanted.length === 0) return entry;
  return {
    ...entry,
    ...Object.fromEntries(wanted.map((field) => [field, change[field]])),
    updatedBy: actor,
    updatedDate: new Date().toISOString(),
    version: entry.version + 1,
  };
}

/** @throws VersionConflictError when the entry has none of the wanted versions. */
export function requireVersion(entry: EntryRecord, { ifVersion }: IfVersion): void {
  if (ifVersion && !ifVersion.includes(entry.version)) throw new VersionConflictError(entry);
}
