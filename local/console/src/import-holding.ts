import { otherOwners, type PictureOwner } from '../../../lib/people/picture-owners.ts';
import { listedWith, strangerTo, type Unlike } from './enrollment.ts';
import { similarityOf } from './format.ts';
import type { Arrangement } from './import-arranging.ts';
import { changePerson, changePicture, type ImportPerson, type ImportPicture } from './import-state.ts';
import { texts } from './texts.ts';

/** Pictures that are held back until somebody has looked at them, because they may show somebody else. */

interface Holding extends Pick<Arrangement, 'agreeing'> {
  /** Id of the person's entry; undefined if there is none yet. */
  readonly entryId: number | undefined;
  /** Similarity from which on faces count as one person's, in words. */
  readonly limit: string | undefined;
}

/**
 * Holds a picture back that is somebody else's too, or does not look like the person. Returns true if it
 * does.
 *
 * @throws UnreadableFileError, and errors of the service that are not about the picture
 */
export async function holdsBack(
  index: number,
  person: ImportPerson,
  { key, file, sameAs = [] }: Pick<ImportPicture, 'key' | 'file' | 'sameAs'>,
  { entryId, agreeing, limit = '' }: Holding,
): Promise<boolean> {
  const owners = otherOwners(person.name, await listedWith(file), sameAs);
  if (owners.length > 0) {
    changePicture(index, key, { state: 'held', sameAs: owners });
    return true;
  }
  if (entryId === undefined) {
    if (agreeing.length < 2 || agreeing.includes(key)) return false;
    changePicture(index, key, { state: 'held', messages: [{ text: texts.importing.agreeingUnusable }] });
    return true;
  }
  // One that agrees with the picture that lists the person was compared with it.
  if (agreeing.includes(key) && isAdded(person, agreeing[0])) return false;
  const stranger = await strangerTo(entryId, file);
  if (stranger) holdStranger(index, key, entryId, stranger, limit);
  return stranger !== undefined;
}

function isAdded({ pictures }: ImportPerson, key: string | undefined): boolean {
  return pictures.some((one) => one.key === key && one.state === 'added');
}

function holdStranger(
  index: number,
  key: string,
  entryId: number,
  { similarity, imageId }: Unlike,
  limit: string,
): void {
  changePerson(index, (person) => ({ ...person, entryId }));
  changePicture(index, key, {
    state: 'held',
    comparedWith: imageId,
    messages: [{ text: `${texts.importing.unlike(similarityOf(similarity))} ${limit}`.trim() }],
  });
}

/** Returns a person's name, with a remark if nobody matches the entry. */
export function withForce({ name, isOutOfForce }: PictureOwner): string {
  return isOutOfForce ? `${name} (${texts.people.outOfForce})` : name;
}
