import type { CreatedBlacklistRecord } from '../contract/endpoints/create-entry.ts';
import { BackendUnavailableError, EntryNotFoundError, NameTakenError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord } from '../records/port.ts';
import { isBrokenOff } from './broken-off.ts';
import { enrollImages, type ReferenceFile, undo } from './enroll-images.ts';
import { possibleDuplicates } from './possible-duplicates.ts';
import { blacklistRecord } from './record.ts';
import { removeEntryEverywhere } from './remove.ts';

interface Person {
  readonly name: string;
  readonly reason: string | null;
}

/**
 * Lists a person: takes the name, enrolls the pictures, and only then shows the entry.
 * @param remainingMs how long the request may still take.
 * @throws NameTakenError
 * @throws NoUsableImageError when no picture can be used; nothing is kept then.
 */
export async function createEntry(
  ports: EnrollingPorts,
  person: Person,
  files: readonly ReferenceFile[],
  remainingMs?: () => number,
): Promise<CreatedBlacklistRecord> {
  const { id } = await takeName(ports, person);
  try {
    // What was enrolled goes with the entry, below: hidden in one step, so that the name can be taken again whatever happens then.
    const takeBack = async () => {};
    const { errors, similar } = await enrollImages(ports, id, files, { remainingMs, takeBack });
    const entry = await ports.records.activateEntry(id);
    if (!entry) throw new EntryNotFoundError();
    const possible_duplicates = await possibleDuplicates(ports, id, similar);
    return { ...blacklistRecord(ports, entry), errors, possible_duplicates };
  } catch (error) {
    await undo(() => removeEntryEverywhere(ports, id));
    if (!(error instanceof EntryNotFoundError)) throw error;
    throw new BackendUnavailableError('The entry was swept away before it was complete.', 1, {
      cause: error,
    });
  }
}

/** An entry that is not shown, because its making or its deletion broke off, has its name still: it is removed to the end first. */
async function takeName(ports: EnrollingPorts, person: Person): Promise<EntryRecord> {
  const { records } = ports;
  try {
    return await records.createEntry(person);
  } catch (error) {
    if (!(error instanceof NameTakenError)) throw error;
    const holder = await records.findEntry(person.name);
    if (holder && !isAbandoned(holder)) throw error;
    if (holder) await removeEntryEverywhere(ports, holder.id);
    return records.createEntry(person);
  }
}

function isAbandoned(entry: EntryRecord): boolean {
  return entry.status === 'DELETING' || (entry.status === 'PENDING' && isBrokenOff(entry));
}
