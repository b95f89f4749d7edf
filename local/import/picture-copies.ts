import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import { isUnusablePicture } from '../../lib/errors.ts';
import { allInTurns } from '../../lib/promises.ts';
import type { FoundPerson, PersonPicture } from './found-people.ts';

/** Pictures that are read at a time. */
const readAtOnce = 4;

/** Copies among the pictures of all people of an import. A copy tells nothing about whom it shows. */
export class PictureCopies {
  readonly #digests = new Map<PersonPicture, string>();
  readonly #owners = new Map<string, Set<string>>();

  /** Reads all pictures. Those that can't be read are copies of none. */
  static async of(
    persons: readonly Pick<FoundPerson, 'name' | 'pictures'>[],
    maxBytes: number,
  ): Promise<PictureCopies> {
    const copies = new PictureCopies();
    const all = persons.flatMap(({ name, pictures }) => pictures.map((picture) => ({ name, picture })));
    await allInTurns(all, pLimit(readAtOnce), ({ name, picture }) => copies.#add(name, picture, maxBytes));
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

  async #add(name: string, picture: PersonPicture, maxBytes: number): Promise<void> {
    try {
      const digest = hash('sha256', await picture.read(maxBytes));
      this.#digests.set(picture, digest);
      this.#owners.set(digest, (this.#owners.get(digest) ?? new Set()).add(name));
    } catch (error) {
      if (!isUnusablePicture(error)) throw error;
    }
  }
}
