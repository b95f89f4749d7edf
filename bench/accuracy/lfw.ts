import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WrongUseError } from '../wrong-use.ts';
import { picturesOf } from './people.ts';

/** Two pictures, `<person>/<file>`, that show the same person or two persons. */
export interface LabelledPair {
  readonly fold: number;
  readonly same: boolean;
  readonly first: string;
  readonly second: string;
}

/** Pictures laid out as Labeled Faces in the Wild. */
export interface Lfw {
  /** Folder that holds a folder for each person. */
  readonly folder: string;
  /** Names of all pictures, `<person>/<file>`, sorted. */
  readonly pictures: readonly string[];
  readonly people: number;
  readonly folds: number;
  /** Number of pairs of each kind in each fold. */
  readonly pairsPerFold: number;
  readonly pairs: readonly LabelledPair[];
}

/**
 * Opens `FOLDER/<person>/<person>_0001.jpg` or `FOLDER/images/<person>/<person>_0001.jpg`, with
 * `FOLDER/pairs.txt`.
 *
 * @throws WrongUseError if one of them is missing, or the pairs name a picture that does not exist.
 */
export async function openLfw(data: string): Promise<Lfw> {
  if (!(await isFolder(data))) throw new WrongUseError(`There is no folder ${data}.`);
  const images = join(data, 'images');
  const folder = (await isFolder(images)) ? images : data;
  const listed = await readFile(join(data, 'pairs.txt'), 'utf8').catch((cause) => {
    throw new WrongUseError(`${data} has no pairs.txt that can be read: the set's own, or one like it.`, {
      cause,
    });
  });
  const pictures = (await picturesOf(folder)).filter((name) => name.endsWith('.jpg'));
  if (pictures.length === 0) {
    throw new WrongUseError(`${folder} has no pictures <person>/<person>_0001.jpg.`);
  }
  const { folds, pairsPerFold, pairs } = parsePairs(listed);
  checkPairs(pairs, pictures);
  const people = new Set(pictures.map((name) => personOf(name))).size;
  return { folder, pictures, people, folds, pairsPerFold, pairs };
}

/** Gives the person of a picture `<person>/<file>`. */
export function personOf(picture: string): string {
  return picture.slice(0, picture.indexOf('/'));
}

/**
 * Reads the set's own format. It begins with a line `folds<tab>pairs`. Then each fold has so many lines
 * `person<tab>1<tab>2` of the same person, and as many lines `person<tab>1<tab>other<tab>2` of different
 * ones.
 *
 * @throws WrongUseError that names the line.
 */
export function parsePairs(text: string) {
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const [folds = 0, pairsPerFold = 0] = /^\d+\t\d+$/.test(head) ? head.split('\t').map(Number) : [];
  if (folds < 2 || pairsPerFold < 1) {
    throw new WrongUseError(
      `pairs.txt should begin with a line <folds><tab><pairs>, as 10<tab>300, of at least 2 folds; it begins with '${head}'.`,
    );
  }
  if (lines.length !== 2 * folds * pairsPerFold) {
    throw new WrongUseError(
      `pairs.txt should have ${2 * folds * pairsPerFold} pairs, as its head says; it has ${lines.length}.`,
    );
  }
  const pairs = lines.map((line, index): LabelledPair => {
    const place = index % (2 * pairsPerFold);
    const same = place < pairsPerFold;
    const fields = line.trim().split('\t');
    const [person = '', first = '', otherOrSecond = '', second = otherOrSecond] = fields;
    const areNumbers = [first, second].every((number) => /^\d+$/.test(number));
    if (fields.length !== (same ? 3 : 4) || !areNumbers) {
      const wanted = same ? '<person><tab>1<tab>2' : '<person><tab>1<tab><other person><tab>2';
      throw new WrongUseError(`Line ${index + 2} of pairs.txt should be ${wanted}; it is '${line}'.`);
    }
    const other = same ? person : otherOrSecond;
    const fold = Math.floor(index / (2 * pairsPerFold));
    return { fold, same, first: pictureOf(person, first), second: pictureOf(other, second) };
  });
  return { folds, pairsPerFold, pairs };
}

function pictureOf(person: string, number: string): string {
  return `${person}/${person}_${number.padStart(4, '0')}.jpg`;
}

function checkPairs(pairs: readonly LabelledPair[], pictures: readonly string[]): void {
  const known = new Set(pictures);
  const people = new Set(pictures.map((name) => personOf(name)));
  pairs.forEach(({ first, second }, index) => {
    for (const picture of [first, second]) {
      if (known.has(picture)) continue;
      const person = personOf(picture);
      const missing = people.has(person) ? `has no picture ${picture}` : `has no person ${person}`;
      throw new WrongUseError(`The folder ${missing}, which line ${index + 2} of pairs.txt names.`);
    }
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
