import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { EntryPorts } from '../ports.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { entryDetails, type GivenDetails, named } from './entry-details.ts';
import { entryWarnings } from './name-warnings.ts';

/** A change of an entry as a request has it: what it does not name stays. */
export interface EntryChangeRequest extends GivenDetails {
  readonly name?: string | undefined;
  readonly reason?: string | null | undefined;
  /** The version that it is for, as the body tells it. */
  readonly version?: number | null | undefined;
}

export interface UpdateOptions {
  /** Versions that `If-Match` allows; all of them without it. */
  readonly ifVersion?: readonly number[] | undefined;
  /** The name of whoever changes it, where that is known. */
  readonly actor?: string | null;
}

/**
 * Changes what the request names of an entry.
 * @throws EntryNotFoundError
 * @throws VersionConflictError when somebody has changed it since the version that the request is for.
 * @throws NameTakenError when another entry has the name.
 */
export async function updateEntry(
  ports: EntryPorts,
  entryId: number,
  { name, reason, version, ...details }: EntryChangeRequest,
  { ifVersion, actor = null }: UpdateOptions = {},
): Promise<BlacklistRecord> {
  const change = { ...named({ name, reason }), ...entryDetails(details) };
  const options = { actor, ifVersion: allowedVersions(ifVersion, version ?? undefined) };
  const entry = await ports.records.updateEntry(entryId, change, options);
  if (!entry) throw new EntryNotFoundError();
  return blacklistRecord(ports, entry, await entryWarnings(ports, entry));
}

/** Joins the versions of header and body, which must both hold. */
export function allowedVersions(
  ifVersion: readonly number[] | undefined,
  version: number | undefined,
): readonly number[] | undefined {
  if (version === undefined) return ifVersion;
  return ifVersion === undefined || ifVersion.includes(version) ? [version] : [];
}
