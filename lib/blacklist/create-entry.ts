import type { CreatedBlacklistRecord } from '../contract/endpoints/create-entry.ts';
import type { Deadline } from '../deadline.ts';
import { EntryNotFoundError, NameTakenError, SimultaneousWorkError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord } from '../records/entry.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { enrollImages, type ImageIdentity, type ReferenceFile } from './enroll-images.ts';
import { undo } from './enroll-picture.ts';
import { entryDetails, type GivenDetails } from './entry-details.ts';
import { seenBefore } from './look-back.ts';
import { entryWarnings } from './name-warnings.ts';
import { possibleDuplicates } from './possible-duplicates.ts';
import { removeEntryEverywhere } from './remove.ts';
import { takeName, whileClaimed } from './take-name.ts';
import { unlikeWarnings } from './unlike-pictures.ts';

interface Person extends GivenDetails {
  readonly name: string;
  readonly reason: string | null;
}

/**
 * Lists a person: reserves the name, enrolls the pictures, and only then shows the entry.
 * @param deadline the time by which the request must be done
 * @param actor name of whoever lists the person, if known
 * @param identity rule by which its pictures are known later; by a function's ids, a repeated request knows
 *   the entry that it has made
 * @throws NameTakenError
 * @throws BackendUnavailableError also while another request makes an entry of the name
 * @throws NoUsableImageError when no picture can be used; then nothing is kept
 */
export async function createEntry(
  ports: EnrollingPorts,
  person: Person,
  files: readonly ReferenceFile[],
  deadline?: Deadline,
  actor: string | null = null,
  identity?: ImageIdentity,
): Promise<CreatedBlacklistRecord> {
  const { name, reason, ...given } = person;
  const ids = typeof identity === 'function' ? files.map((_, place) => identity(place)) : [];
  const wanted = { name, reason, ...entryDetails(given), addedBy: actor };
  const taken = await takeName(ports, wanted, deadline);
  if (taken.status === 'ACTIVE') {
    if (await hasAnyOf(ports, taken, ids)) return madeEarlier(ports, taken);
    throw new NameTakenError(name);
  }
  const { id } = taken;
  try {
    // The enrolled pictures are removed with the entry, below. That hides the entry in one step, and frees
    // the name.
    const takeBack = async () => {};
    const { errors, similar, unlike } = await whileClaimed(ports, id, () =>
      enrollImages(ports, id, files, { deadline, takeBack, identity, isNew: true }),
    );
    const entry = await ports.records.activateEntry(id);
    if (!entry) throw new EntryNotFoundError();
    const possible_duplicates = await possibleDuplicates(ports, id, similar);
    const warnings = [...((await entryWarnings(ports, entry)) ?? []), ...(unlikeWarnings(unlike) ?? [])];
    return {
      ...blacklistRecord(ports, entry, warnings.length === 0 ? null : warnings),
      errors,
      possible_duplicates,
      seen_before: await seenBefore(ports, id),
    };
  } catch (error) {
    await undo(() => removeEntryEverywhere(ports, id));
    if (!(error instanceof EntryNotFoundError)) throw error;
    throw new SimultaneousWorkError('The entry was swept away before it was complete.', 1, {
      cause: error,
    });
  }
}

/** Answers for an entry that an earlier attempt at the same request has made, without its remarks. */
async function madeEarlier(ports: EnrollingPorts, entry: EntryRecord): Promise<CreatedBlacklistRecord> {
  const warnings = await entryWarnings(ports, entry);
  return {
    ...blacklistRecord(ports, entry, warnings),
    errors: [],
    possible_duplicates: null,
    seen_before: await seenBefore(ports, entry.id),
  };
}

/** Returns true if the entry has one of these images. */
async function hasAnyOf(
  { records }: Pick<EnrollingPorts, 'records'>,
  { id }: EntryRecord,
  imageIds: readonly string[],
): Promise<boolean> {
  if (imageIds.length === 0) return false;
  const known = [...(await records.getImages(imageIds)).values()];
  return known.some(({ entryId }) => entryId === id);
}
