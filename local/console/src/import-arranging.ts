import { findAgreement } from '../../../lib/people/agreeing-pictures.ts';
import { prepare, UnreadableFileError } from './api/prepare.ts';
import { alikeWith } from './enrollment.ts';
import { changePerson, changePicture, type ImportPicture, isOpen, personAt } from './import-state.ts';

/** The order in which a person's pictures are sent: those that agree on who a new person is go first. */

export interface Arrangement {
  /** Keys of the pictures. */
  readonly keys: readonly string[];
  /** Keys of those that look like the first of them. */
  readonly agreeing: readonly string[];
}

/**
 * Arranges a person's pictures.
 *
 * @throws errors of the service that are not about a picture, and the signal's
 */
export async function arrange(
  index: number,
  maxBytes: number | undefined,
  signal: AbortSignal,
): Promise<Arrangement> {
  const person = personAt(index);
  const open = person?.pictures.filter(isOpen) ?? [];
  const keys = open.map(({ key }) => key);
  if (person?.entryId !== undefined || person?.clash?.isSame) return { keys, agreeing: [] };
  // Copies that are held back vote too: without them, a stranger's picture beside them would decide. One that
  // somebody wants sent needs no others to agree.
  const voting = person?.pictures.filter(votes) ?? [];
  if (voting.length < 2) return { keys, agreeing: [] };
  const fileOf = filesOf(index, maxBytes);
  const found = await findAgreement(voting, async (leader) => {
    const one = await fileOf(leader);
    const isAlike = one && (await alikeWith(one));
    return (
      isAlike &&
      (async (picture: ImportPicture) => {
        signal.throwIfAborted();
        const other = await fileOf(picture);
        return other && isAlike(other);
      })
    );
  });
  const agreeing = found.agreeing.map(({ key }) => key);
  const tied = found.tied.map(({ name }) => name);
  changePerson(index, (now) => ({ ...now, agreeing: agreeing.length, tied }));
  const sent = new Set(keys);
  return { keys: [...new Set([...agreeing.filter((key) => sent.has(key)), ...keys])], agreeing };
}

function votes({ state, isMeant = false, isRepeated = false }: ImportPicture): boolean {
  return ['waiting', 'failed', 'held'].includes(state) && !isMeant && !isRepeated;
}

/** Returns a function that gives a picture as the service takes it; undefined if it can't be read. */
function filesOf(index: number, maxBytes: number | undefined) {
  return async ({ key, file }: ImportPicture): Promise<File | undefined> => {
    try {
      return await preparedFile(index, { key, file }, maxBytes);
    } catch (error) {
      if (error instanceof UnreadableFileError) return undefined;
      throw error;
    }
  };
}

/**
 * Makes a picture one that the service takes, and keeps it: a request that is repeated must be the same.
 *
 * @throws UnreadableFileError
 */
export async function preparedFile(
  index: number,
  { key, file: original }: Pick<ImportPicture, 'key' | 'file'>,
  maxBytes: number | undefined,
): Promise<File> {
  const { file } = await prepare(original, maxBytes);
  if (file !== original) changePicture(index, key, { file });
  return file;
}
