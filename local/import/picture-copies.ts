import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import { measureReference, preparePicture } from '../../lib/blacklist/enroll-picture.ts';
import { storedForm } from '../../lib/blacklist/same-picture.ts';
import { isUnusablePicture } from '../../lib/errors.ts';
import { otherOwners, type PictureOwner } from '../../lib/people/picture-owners.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import { allInTurns } from '../../lib/promises.ts';
import type { EntryRecord } from '../../lib/records/entry.ts';
import { isInForce } from '../../lib/records/shared/in-force.ts';
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
  readonly #outOfForce: ReadonlySet<string>;
  readonly #digests = new Map<PersonPicture, string>();
  /** Names of those listed and of those of the import who have a picture, by its digest. */
  readonly #owners = new Map<string, { readonly listed: string[]; readonly imported: string[] }>();

  private constructor(
    ports: EnrollingPorts,
    stored: ReadonlyMap<number, readonly StoredPicture[]>,
    outOfForce: ReadonlySet<string>,
  ) {
    this.#ports = ports;
    this.#stored = stored;
    this.#outOfForce = outOfForce;
  }

  /**
   * Reads all pictures, and stored ones of the same sizes. Files that are no pictures are copies of none.
   * @throws BackendUnavailableError, ThrottledError
   */
  static async of(
    ports: EnrollingPorts,
    persons: readonly Pick<FoundPerson, 'name' | 'pictures'>[],
    listed: readonly EntryRecord[],
  ): Promise<PictureCopies> {
    const outOfForce = new Set(listed.flatMap((entry) => (isInForce(entry) ? [] : entry.name)));
    const copies = new PictureCopies(ports, await storedBySize(ports, listed), outOfForce);
    const all = persons.flatMap(({ name, pictures }) => pictures.map((picture) => ({ name, picture })));
    await allInTurns(all, pLimit(readAtOnce), ({ name, picture }) => copies.#add(name, picture));
    return copies;
  }

  /** Returns the others who have the same file as a person's picture, see `otherOwners`. */
  othersWith(picture: PersonPicture, { name }: Pick<FoundPerson, 'name'>): PictureOwner[] {
    const { listed = [], imported = [] } = this.#owners.get(this.#digests.get(picture) ?? '') ?? {};
    const toOwner = (name: string) => ({ name, isOutOfForce: this.#outOfForce.has(name) });
    return otherOwners(name, listed.map(toOwner), imported.map(toOwner));
  }

  /** Returns the pictures without second copies. */
  distinct(pictures: readonly PersonPicture[]): PersonPicture[] {
    const contents = pictures.map((picture) => this.#digests.get(picture) ?? picture);
    return pictures.filter((_, place) => contents.indexOf(contents[place] ?? '') === place);
  }

  async #add(name: string, picture: PersonPicture): Promise<void> {
    try {
      const bytes = await picture.read(this.#ports.faces.maxImageBytes);
      await measureReference(this.#ports.faces, bytes);
      const digest = hash('sha256', bytes);
      this.#digests.set(picture, digest);
      const listed = this.#owners.has(digest) ? [] : await this.#listedOwners(bytes, name);
      const owners = this.#owners.get(digest) ?? { listed: [], imported: [] };
      owners.listed.push(...listed);
      owners.imported.push(name);
      this.#owners.set(digest, owners);
    } catch (error) {
      if (!isUnusablePicture(error)) throw error;
    }
  }

  /** Finds the names of others listed who have a person's picture, as it is or without metadata. */
  async #listedOwners(bytes: Uint8Array, name: string): Promise<string[]> {
    if (this.#stored.size === 0) return [];
    const owners: string[] = [];
    const { forms } = await formsOf(this.#ports, bytes);
    for (const { hash, sizeBytes } of forms.map(storedForm)) {
      for (const { key, owner } of this.#stored.get(sizeBytes) ?? []) {
        if (owner === name) continue;
        const stored = await this.#ports.images.get(key);
        if (stored && storedForm(stored).hash === hash) owners.push(owner);
      }
    }
    return owners;
  }
}

/** A file's picture as it may be stored. */
export interface PictureForms {
  /** Bytes as they are, and without metadata. */
  readonly forms: readonly Uint8Array[];
  /** Reason why the file can't be used, if that is known. */
  readonly fault?: string;
}

/** Returns the bytes that a file's picture may have where it is stored. */
export async function formsOf(ports: EnrollingPorts, bytes: Uint8Array): Promise<PictureForms> {
  try {
    const { forms } = await preparePicture(ports, await measureReference(ports.faces, bytes));
    return { forms };
  } catch (error) {
    if (isUnusablePicture(error)) return { forms: [bytes], fault: error.message };
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
