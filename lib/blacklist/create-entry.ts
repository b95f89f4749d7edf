import type { CreatedBlacklistRecord } from '../contract/create-entry.ts';
import { BackendUnavailableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { enrollImages, type ReferenceFile, undo } from './enroll-images.ts';
import { blacklistRecord } from './record.ts';
import { removeEntryEverywhere } from './remove.ts';

/**
 * Lists a person: takes the name, enrolls the pictures, and only then shows the entry.
 * @throws NameTakenError
 * @throws NoUsableImageError when no picture can be used; nothing is kept then.
 */
export async function createEntry(
  ports: Ports,
  person: { name: string; reason: string | null },
  files: readonly ReferenceFile[],
): Promise<CreatedBlacklistRecord> {
  const { id } = await ports.records.createEntry(person);
  try {
    const { errors } = await enrollImages(ports, id, files);
    const entry = await ports.records.activateEntry(id);
    if (!entry) throw new BackendUnavailableError('The entry was swept away before it was complete.', 1);
    return { ...blacklistRecord(ports, entry), errors };
  } catch (error) {
    await undo(() => removeEntryEverywhere(ports, id));
    throw error;
  }
}
