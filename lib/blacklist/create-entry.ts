import { setTimeout as delay } from 'node:timers/promises';
import type { CreatedBlacklistRecord } from '../contract/endpoints/create-entry.ts';
import { type Deadline, neededMs, noDeadline } from '../deadline.ts';
import { BackendUnavailableError, EntryNotFoundError, NameTakenError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord, NewEntry } from '../records/port.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { enrollImages, type ReferenceFile, undo } from './enroll-images.ts';
import { entryDetails, type GivenDetails } from './entry-details.ts';
import { seenBefore } from './look-back.ts';
import { entryWarnings } from './name-warnings.ts';
import { possibleDuplicates } from './possible-duplicates.ts';
import { removeEntryEverywhere } from './remove.ts';

/** Milliseconds without a sign of life after which the maker of an entry counts as dead. */
const claimMs = 10_000;

/** Milliseconds for which a request waits for another that makes an entry of its name. */
const longestWaitMs = claimMs + 2_000;

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
 * @throws BackendUnavailableError also while another request makes an entry of the name
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
  const wanted = { name, reason, ...entryDetails(given), addedBy: actor };
  const taken = await takeName(ports, wanted, ids, deadline);
  if (taken.status === 'ACTIVE') return madeEarlier(ports, taken);
  const { id } = taken;
  try {
    // The enrolled pictures are removed with the entry, below. That hides the entry in one step, and frees
    // the name.
    const takeBack = async () => {};
    const { errors, similar } = await whileClaimed(ports, id, () =>
      enrollImages(ports, id, files, { deadline, takeBack, imageIdOf }),
    );
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
    seen_before: await seenBefore(ports, entry.id),
  };
}

/**
 * Creates the entry. One that another request has begun may hold its name: then it waits until that one is
 * complete, or given up because its process died.
 * @param imageIds ids that the request gives its images; an active entry with one of them is its own
 * @throws NameTakenError
 * @throws BackendUnavailableError when the entry of the name is still being made at the end of the time
 */
async function takeName(
  ports: EnrollingPorts,
  person: NewEntry,
  imageIds: readonly string[],
  deadline: Deadline = noDeadline,
): Promise<EntryRecord> {
  const { records } = ports;
  const started = performance.now();
  for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, 1000)) {
    const taken = await records.createEntry({ ...person, claimMs }).catch(nameTaken);
    if (!(taken instanceof NameTakenError)) return taken;
    const holder = await records.findEntry(person.name);
    if (holder?.status === 'ACTIVE') {
      if (await hasAnyOf(ports, holder, imageIds)) return holder;
      throw taken;
    }
    if (holder && (await records.giveUpEntry(holder.id))) {
      await removeEntryEverywhere(ports, holder.id);
      continue;
    }
    const waitedMs = performance.now() - started;
    if (waitedMs > longestWaitMs || !deadline.leaves(neededMs + pauseMs)) {
      throw new BackendUnavailableError(
        'An entry of this name is being made at this moment.',
        claimMs / 1000,
      );
    }
    deadline.refuseIfAbandoned();
    await delay(pauseMs);
  }
}

function nameTaken(error: unknown): NameTakenError {
  if (error instanceof NameTakenError) return error;
  throw error;
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

/** Renews the claim on an entry while the work lasts, so that nobody takes it for one that broke off. */
async function whileClaimed<Result>(
  { records }: Pick<EnrollingPorts, 'records'>,
  entryId: number,
  work: () => Promise<Result>,
): Promise<Result> {
  // If it can't be renewed, the entry can't be activated once another request has taken its name.
  const renew = () => void records.renewEntry(entryId, claimMs).catch(() => undefined);
  const timer = setInterval(renew, claimMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
