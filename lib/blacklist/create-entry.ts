import type { CreatedBlacklistRecord } from '../contract/endpoints/create-entry.ts';
import type { Deadline } from '../deadline.ts';
import { BackendUnavailableError, EntryNotFoundError, NameTakenError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord, NewEntry } from '../records/port.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { enrollImages, type ReferenceFile, undo } from './enroll-images.ts';
import { entryDetails, type GivenDetails } from './entry-details.ts';
import { isAbandoned } from './interrupted.ts';
import { seenBefore } from './look-back.ts';
import { entryWarnings } from './name-warnings.ts';
import { possibleDuplicates } from './possible-duplicates.ts';
import { removeEntryEverywhere } from './remove.ts';

interface Person extends GivenDetails {
  readonly name: string;
  readonly reason: string | null;
}

/**
 * Lists a person: reserves the name, enrolls the pictures, and only then shows the entry.
 * @param deadline the time by which the request must be done
 * @param actor name of whoever lists the person, if known
 * @param imageIdOf gives ids to the images, by which a repeated request knows the entry that it has made
 * @throws NameTakenError
 * @throws NoUsableImageError when no picture can be used; then nothing is kept
 */
export async function createEntry(
  ports: EnrollingPorts,
  person: Person,
  files: readonly ReferenceFile[],
  deadline?: Deadline,
  actor: string | null = null,
  imageIdOf?: (place: number) => string,
): Promise<CreatedBlacklistRecord> {
  const { name, reason, ...given } = person;
  const ids = imageIdOf ? files.map((_, place) => imageIdOf(place)) : [];
  const taken = await takeName(ports, { name, reason, ...entryDetails(given), addedBy: actor }, ids);
  if (taken.status === 'ACTIVE') return madeEarlier(ports, taken);
  const { id } = taken;
  try {
    // The enrolled pictures are removed with the entry, below. That hides the entry in one step, and frees
    // the name.
    const takeBack = async () => {};
    const { errors, similar } = await enrollImages(ports, id, files, { deadline, takeBack, imageIdOf });
    const entry = await ports.records.activateEntry(id);
    if (!entry) throw new EntryNotFoundError();
    const possible_duplicates = await possibleDuplicates(ports, id, similar);
    return {
      ...blacklistRecord(ports, entry, await entryWarnings(ports, entry)),
      errors,
      possible_duplicates,
      seen_before: await seenBefore(ports, id),
    };
  } catch (error) {
    await undo(() => removeEntryEverywhere(ports, id));
    if (!(error instanceof EntryNotFoundError)) throw error;
    throw new BackendUnavailableError('The entry was swept away before it was complete.', 1, {
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
    seen_before: null,
  };
}

/**
 * Creates the entry. An abandoned entry still holds its name, and is removed first.
 * @param imageIds ids that the request gives its images; an active entry with one of them is its own
 * @throws NameTakenError
 * @throws BackendUnavailableError when an attempt at the same request may have broken off
 */
async function takeName(
  ports: EnrollingPorts,
  person: NewEntry,
  imageIds: readonly string[],
): Promise<EntryRecord> {
  const { records } = ports;
  try {
    return await records.createEntry(person);
  } catch (error) {
    if (!(error instanceof NameTakenError)) throw error;
    const holder = await records.findEntry(person.name);
    if (holder && imageIds.length > 0) {
      const known = [...(await records.getImages(imageIds)).values()];
      const isOwn = known.some(({ entryId }) => entryId === holder.id);
      if (isOwn && holder.status === 'ACTIVE') return holder;
      // Until it is known to have ended, the name is not free, and nobody is listed by it.
      if (holder.status === 'PENDING' && !isAbandoned(holder)) {
        throw new BackendUnavailableError('An entry of this name is being made at this moment.', 60);
      }
    }
    if (holder && !isAbandoned(holder)) throw error;
    if (holder) await removeEntryEverywhere(ports, holder.id);
    return records.createEntry(person);
  }
}
