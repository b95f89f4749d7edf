import type { PictureOwner } from '../../../lib/people/picture-owners.ts';
import type { Message } from './api/client.ts';
import type { Clash, ImportPlan } from './model/import-plan.ts';
import { Store } from './store.ts';

/** The import of this tab: its people, their pictures, and what became of each. */

export interface ImportPicture {
  /** Path or name, as it was chosen. */
  readonly name: string;
  readonly file: File;
  /** Key by which the service knows a request again, so that a repeated one adds nothing twice. */
  readonly key: string;
  /** A picture is held back if its face does not look like the person's others. */
  readonly state: 'waiting' | 'sending' | 'added' | 'there' | 'held' | 'refused' | 'failed';
  readonly messages?: readonly Message[];
  /** True if a person has looked at a picture that was held back, and wants it sent. */
  readonly isMeant?: boolean;
  /** Nearest listed picture of the person, for one that was held back; null if it is not known. */
  readonly comparedWith?: string | null;
  /** Names of listed people whom an added picture looks like. */
  readonly looksLike?: readonly string[];
  /** Other people of this import who have the same file, and for one that was held back those listed too. */
  readonly sameAs?: readonly PictureOwner[];
  /** True if an earlier picture of the person is the same file. */
  readonly isRepeated?: boolean;
}

export interface ImportPerson {
  readonly name: string;
  readonly reason: string | null;
  readonly pictures: readonly ImportPicture[];
  readonly clash?: Clash;
  /** People of this import under nearly the same name. */
  readonly alike: readonly string[];
  /** True if the person at the desk does not want this one sent. */
  readonly isUnwanted?: boolean;
  /** Once the person is listed. */
  readonly entryId?: number;
  /** Number of pictures that agree on who a new person is, once they were compared; 1 or 0 if no two do. */
  readonly agreeing?: number;
  /** Names of pictures that are as many, and agree on somebody else. */
  readonly tied?: readonly string[];
  /** Number of folders that have the person's name but for white space, if there are several. */
  readonly folders?: number;
  /** Name of the picture by which the person was listed. */
  readonly listedBy?: string;
  /** Why the person can't be listed, or gets no more pictures. */
  readonly refusal?: Message;
  /** Words of the service about the entry: that nobody matches it. Empty if there is nothing to tell. */
  readonly notice?: string;
  /** True if the look-alikes are not known. */
  readonly isUnsure?: boolean;
}

export interface Import {
  readonly persons: readonly ImportPerson[];
  readonly plan: ImportPlan;
  readonly state: 'planned' | 'running' | 'stopped' | 'done';
  /** True to add the pictures of people who are listed already to their entries. */
  readonly addsToListed: boolean;
  /** Reason why it stopped by itself. */
  readonly error?: Message;
}

/** The import of this tab. It outlives the page. */
export const currentImport = new Store<Import | undefined>(undefined);

/** Returns true for a person who is listed under the name already, and to whom nothing is added. */
export function isListedOut({ clash, entryId }: ImportPerson, addsToListed: boolean): boolean {
  return clash?.isSame === true && entryId === undefined && !addsToListed;
}

/** Returns true for a person of whom nothing is sent. */
export function isLeftOut(person: ImportPerson, addsToListed: boolean): boolean {
  return person.isUnwanted === true || isListedOut(person, addsToListed);
}

/** Returns true for a person whose entry nobody matches, as far as it is known. */
export function isUnmatched({ clash, notice }: ImportPerson): boolean {
  return notice === undefined ? clash?.isSame === true && clash.isOutOfForce === true : notice !== '';
}

/** Returns true for a picture that the next sending takes. */
export function isOpen({ state, isMeant }: ImportPicture): boolean {
  return state === 'waiting' || state === 'failed' || (state === 'held' && isMeant === true);
}

/** Returns the names of listed people whom a person's pictures look like, each once. */
export function looksLikeOf({ pictures }: ImportPerson): string[] {
  return [...new Set(pictures.flatMap(({ looksLike = [] }) => looksLike))];
}

export function personAt(index: number): ImportPerson | undefined {
  return currentImport.value?.persons[index];
}

export function changePerson(index: number, change: (person: ImportPerson) => ImportPerson): void {
  currentImport.update(
    (known) =>
      known && {
        ...known,
        persons: known.persons.map((person, place) => (place === index ? change(person) : person)),
      },
  );
}

export function changePicture(index: number, key: string, part: Partial<ImportPicture>): void {
  changePerson(index, (person) => ({
    ...person,
    pictures: person.pictures.map((picture) => (picture.key === key ? { ...picture, ...part } : picture)),
  }));
}
