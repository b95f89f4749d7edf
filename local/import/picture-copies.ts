import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import { preparePicture } from '../../lib/blacklist/enroll-picture.ts';
import { storedForm } from '../../lib/blacklist/same-picture.ts';
import { isUnusablePicture } from '../../lib/errors.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import { allInTurns } from '../../lib/promises.ts';
import type { EntryRecord } from '../../lib/records/entry.ts';
import type { FoundPerson, PersonPicture } from './found-people.ts';

/** Pictures that are read at a time. */
const readAtOnce = 4;

/** A stored picture of somebody who is listed. */
interface StoredPicture {
  readonly key: string;
  readonly owner: string;
}

/**
 * Copies among the pictures of all people of an import, and of those listed. A copy tells nothing about whom
 * it shows.
 */
export class PictureCopies {
  readonly #ports: EnrollingPorts;
  /** Pictures of those listed, by their sizes in bytes. */
  readonly #stored: ReadonlyMap<number, readonly StoredPicture[]>;
  readonly #digests = new Map<PersonPicture, string>();
  readonly #owners = new Map<string, Set<string>>();

  private constructor(ports: EnrollingPorts, stored: ReadonlyMap<number, readonly StoredPicture[]>) {
    this.#ports = ports;
    this.#stored = stored;
  }

  /**
   * Reads all pictures, and stored ones of the same sizes. Those that can't be read are copies of none.
   * @throws BackendUnavailableError, ThrottledError
   */
  static async of(
    ports: EnrollingPorts,
    persons: readonly Pick<FoundPerson, 'name' | 'pictures'>[],
    listed: readonly Pick<EntryRecord, 'id' | 'name'>[],
  ): Promise<PictureCopies> {
    const copies = new PictureCopies(ports, await storedBySize(ports, listed));
    const all = persons.flatMap(({ name, pictures }) => pictures.map((picture) => ({ name, picture })));
    await allInTurns(all, pLimit(readAtOnce), ({ name, picture }) => copies.#add(name, picture));
    return copies;
  }

  /** Returns the names of the others who have the same file as a person's picture. */
  othersWith(picture: PersonPicture, { name }: Pick<FoundPerson, 'name'>): string[] {
    const owners = this.#owners.get(this.#digests.get(picture) ?? '') ?? [];
    return [...owners].filter((owner) => owner !== name);
  }

  /** Returns the pictures without second copies. */
  distinct(pictures: readonly PersonPicture[]): PersonPicture[] {
    const contents = pictures.map((picture) => this.#digests.get(picture) ?? picture);
    return pictures.filter((_, place) => contents.indexOf(contents[place] ?? '') === place);
  }

  async #add(name: string, picture: PersonPicture): Promise<void> {
    try {
      const bytes = await picture.read(this.#ports.faces.maxImageBytes);
      const digest = hash('sha256', bytes);
      this.#digests.set(picture, digest);
      const listed = this.#owners.has(digest) ? [] : await this.#listedOwners(bytes, name);
      const owners = this.#owners.get(digest) ?? [];
      this.#owners.set(digest, new Set([...owners, ...listed, name]));
    } catch (error) {
      if (!isUnusablePicture(error)) throw error;
    }
  }

  /** Finds the names of others listed who have a person's picture, as it is or without metadata. */
  async #listedOwners(bytes: Uint8Array, name: string): Promise<string[]> {
    if (this.#stored.size === 0) return [];
    const owners: string[] = [];
    for (const { hash, sizeBytes } of (await formsOf(this.#ports, bytes)).map(storedForm)) {
      for (const { key, owner } of this.#stored.get(sizeBytes) ?? []) {
        if (owner === name) continue;
        const stored = await this.#ports.images.get(key);
        if (stored && storedForm(stored).hash === hash) owners.push(owner);
      }
    }
    return owners;
  }
}

/** Returns the bytes that a file's picture may have where it is stored: as it is, and without metadata. */
export async function formsOf(ports: EnrollingPorts, bytes: Uint8Array): Promise<readonly Uint8Array[]> {
  try {
    return (await preparePicture(ports, await measurePicture(bytes))).forms;
  } catch (error) {
    if (isUnusablePicture(error)) return [bytes];
    throw error;
  }
}

async function storedBySize(
  { records }: EnrollingPorts,
  listed: readonly Pick<EntryRecord, 'id' | 'name'>[],
): Promise<Map<number, StoredPicture[]>> {
  const names = new Map(listed.map(({ id, name }) => [id, name]));
  const stored = new Map<number, StoredPicture[]>();
  if (names.size === 0) return stored;
  for await (const { entryId, key, file } of records.listImagesByStatus('ACTIVE')) {
    const owner = names.get(entryId);
    // Earlier versions recorded no size.
    if (owner === undefined || file === null) continue;
    stored.set(file.sizeBytes, [...(stored.get(file.sizeBytes) ?? []), { key, owner }]);
  }
  return stored;
}
