import { foldedName } from '../../../../lib/names/folded-name.ts';
import { comparePaths } from '../../../../lib/people/file-order.ts';
import { personName } from '../../../../lib/people/person-name.ts';
import { isTableFile, readTable, type TablePerson } from '../../../../lib/people/table.ts';
import { systemPath } from '../../../../lib/system-names.ts';
import type { FileFault } from './import-files.ts';
import { isOutOfForce } from './person.ts';

/** Reading of chosen files as people with their pictures, by the rules of `npm run enroll`. */

/** A chosen file; its path is below the chosen folder, or its name alone. */
export interface ChosenFile {
  readonly path: string;
  readonly file: Pick<File, 'name' | 'size' | 'type'>;
  /** Content of a text file, which may be a table. */
  readonly text?: string | undefined;
  /** Fault that was found in the file, if it can't be used. */
  readonly fault?: FileFault;
}

/** Reasons to leave a file, a folder or a row out. */
export type LeftOutReason =
  | 'not-in-folder'
  | 'too-deep'
  | 'no-name'
  | 'damaged-name'
  | 'empty'
  | FileFault
  | 'not-there'
  | 'nameless-row'
  | 'not-in-table'
  | 'twice';

export interface LeftOut {
  /** Path of a file. */
  readonly what: string;
  /** Number of the table's row that names it. */
  readonly row?: number;
  /** Name of the row's person. */
  readonly person?: string;
  readonly reason: LeftOutReason;
}

export interface PlannedPerson<Chosen extends ChosenFile = ChosenFile> {
  /** Name in its normal form. */
  readonly name: string;
  readonly reason: string | null;
  readonly pictures: readonly Chosen[];
  /** Number of folders that have the name but for white space, if there are several. */
  readonly folders?: number;
}

export interface ImportPlan<Chosen extends ChosenFile = ChosenFile> {
  readonly persons: readonly PlannedPerson<Chosen>[];
  readonly leftOut: readonly LeftOut[];
  /** Remarks about the table, in English as `npm run enroll` makes them. */
  readonly remarks: readonly string[];
  /** Number of files that systems make for themselves, or that lie in a bin. */
  readonly passedOver: number;
}

/** Returns the names of the folders and the file of a path. */
const segmentsOf = (path: string) => path.split('/');
const lastOf = (path: string) => segmentsOf(path).at(-1) ?? '';

/** Pictures that a browser knows no type of have one of these endings. */
const pictureEnding = /\.(jpe?g|png|webp|gif|bmp|hei[cf]|avif|tiff?)$/i;

/** Returns true for a table at the top of what was chosen, which no system has made for itself. */
export function isTable({ path, text }: ChosenFile): boolean {
  const segments = segmentsOf(path);
  return isTableFile(path, text) && segments.length === 1 && !systemPath(segments);
}

/** Sorts files by their paths: browsers list a folder in any order. */
function inOrder<Chosen extends ChosenFile>(files: readonly Chosen[]): Chosen[] {
  return files.toSorted((one, other) => comparePaths(one.path, other.path));
}

/**
 * Reads the folders of persons in a chosen folder: the name of each is the person's. Folders of one name are
 * one person.
 */
export function planFolders<Chosen extends ChosenFile>(files: readonly Chosen[]): ImportPlan<Chosen> {
  const sorter = new Sorter<Chosen>();
  const persons = new Map<string, Chosen[]>();
  for (const chosen of sorter.usable(inOrder(files))) {
    const [folder = '', ...rest] = segmentsOf(chosen.path);
    const name = personName(folder);
    if (rest.length === 0) sorter.leaveOut(chosen.path, 'not-in-folder');
    else if (rest.length > 1) sorter.leaveOut(chosen.path, 'too-deep');
    else if (folder.includes('\ufffd')) sorter.leaveOut(chosen.path, 'damaged-name');
    else if (name === undefined) sorter.leaveOut(chosen.path, 'no-name');
    else persons.set(name, [...(persons.get(name) ?? []), chosen]);
  }
  return sorter.plan(
    [...persons].map(([name, pictures]) => {
      const folders = new Set(pictures.map(({ path }) => segmentsOf(path)[0])).size;
      return { ...{ name, reason: null, pictures }, ...(folders > 1 && { folders }) };
    }),
  );
}

/**
 * Reads a table of people, whose pictures were chosen with it.
 * @throws TableError when it is no such table
 */
export function planTable<Chosen extends ChosenFile>(
  text: string,
  files: readonly Chosen[],
): ImportPlan<Chosen> {
  const sorter = new Sorter<Chosen>();
  const places = new PicturePlaces(sorter.own(inOrder(files.filter((chosen) => !isTable(chosen)))));
  const { persons, nameless, remarks } = readTable(text, (path) => places.has(path));
  const planned = persons.map((person) => ({
    name: person.name,
    reason: person.reason,
    pictures: picturesOf(person, places, sorter),
  }));
  for (const { path, row } of nameless) {
    const found = places.findUnused(path);
    if (found) sorter.leaveOut(found.path, faultOf(found) ?? 'nameless-row', { row });
  }
  for (const chosen of places.unused()) sorter.leaveOut(chosen.path, faultOf(chosen) ?? 'not-in-table');
  return sorter.plan(
    planned.filter(({ pictures }) => pictures.length > 0),
    remarks,
  );
}

function picturesOf<Chosen extends ChosenFile>(
  { name: person, files }: TablePerson,
  places: PicturePlaces<Chosen>,
  sorter: Sorter<Chosen>,
): Chosen[] {
  const pictures = new Set<Chosen>();
  for (const { path, row } of files) {
    const found = places.find(path);
    const fault = found ? faultOf(found) : 'not-there';
    if (fault) sorter.leaveOut(path, fault, { row, person });
    else if (found && pictures.has(found)) sorter.leaveOut(path, 'twice', { row, person });
    else if (found) pictures.add(found);
  }
  return [...pictures];
}

/** Tells why a file can't be a picture; `undefined` if it may be one. */
function faultOf({ path, file, fault }: ChosenFile): LeftOutReason | undefined {
  if (file.size === 0) return 'empty';
  const mayBe = file.type.startsWith('image/') || (file.type === '' && pictureEnding.test(path));
  return mayBe ? fault : 'no-picture';
}

/** Sorts chosen files into those that may be pictures, and others. */
class Sorter<Chosen extends ChosenFile> {
  readonly #leftOut: LeftOut[] = [];
  #passedOver = 0;

  /** Returns the files that no system has made for itself. */
  own(files: readonly Chosen[]): Chosen[] {
    const own = files.filter(({ path }) => !systemPath(segmentsOf(path)));
    this.#passedOver += files.length - own.length;
    return own;
  }

  usable(files: readonly Chosen[]): Chosen[] {
    return this.own(files).filter((chosen) => {
      const fault = faultOf(chosen);
      if (fault) this.leaveOut(chosen.path, fault);
      return fault === undefined;
    });
  }

  leaveOut(what: string, reason: LeftOutReason, inTable: Pick<LeftOut, 'row' | 'person'> = {}): void {
    this.#leftOut.push({ what, reason, ...inTable });
  }

  plan(persons: readonly PlannedPerson<Chosen>[], remarks: readonly string[] = []): ImportPlan<Chosen> {
    return { persons, leftOut: this.#leftOut, remarks, passedOver: this.#passedOver };
  }
}

/**
 * Finds the files that a table names. Where they were chosen without their folder, the name alone counts, if
 * one file has it.
 */
class PicturePlaces<Chosen extends ChosenFile> {
  readonly #files: readonly Chosen[];
  readonly #used = new Set<Chosen>();
  readonly #byPath: ReadonlyMap<string, Chosen>;
  readonly #isFlat: boolean;

  constructor(files: readonly Chosen[]) {
    this.#files = files;
    this.#byPath = new Map(files.map((chosen) => [formOf(chosen.path), chosen]));
    this.#isFlat = files.every(({ path }) => !path.includes('/'));
  }

  find(named: string): Chosen | undefined {
    const path = formOf(named);
    const found = this.#byPath.get(path) ?? (this.#isFlat ? this.#byPath.get(lastOf(path)) : undefined);
    if (found) this.#used.add(found);
    return found;
  }

  /** Returns true if one file has this path. Folders that were not chosen may hold no separator of files. */
  has(named: string): boolean {
    const path = formOf(named);
    const last = lastOf(path);
    const hasPlainFolders = !/[|;\r\n]/.test(path.slice(0, -last.length));
    return this.#byPath.has(path) || (this.#isFlat && hasPlainFolders && this.#byPath.has(last));
  }

  /** Finds a file that no other row has named. */
  findUnused(named: string): Chosen | undefined {
    const before = this.#used.size;
    const found = this.find(named);
    return this.#used.size > before ? found : undefined;
  }

  unused(): Chosen[] {
    return this.#files.filter((chosen) => !this.#used.has(chosen));
  }
}

/** Returns a path as it is compared: with slashes, without a dot at its beginning, in one Unicode form. */
function formOf(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .normalize('NFC');
}

/** A listed person, as far as an import compares with them. */
export interface Listed {
  readonly id: number;
  readonly name: string;
  readonly suspended?: boolean;
  readonly expires_at?: string | null;
}

/** Clash of a person who is to be listed with one who is. */
export interface Clash extends Pick<Listed, 'id' | 'name'> {
  /** True if it is the same name; false if only case or accents differ. */
  readonly isSame: boolean;
  /** True if the entry is suspended or has expired, so that nobody matches it. */
  readonly isOutOfForce?: boolean;
}

/** Finds for each planned name who is listed under it already, or under one that is nearly the same. */
export function clashesOf(
  persons: readonly Pick<PlannedPerson, 'name'>[],
  listed: readonly Listed[],
): ReadonlyMap<string, Clash> {
  const same = new Map(listed.map((person) => [person.name, person]));
  const alike = new Map(listed.map((person) => [foldedName(person.name), person]));
  const clashes = new Map<string, Clash>();
  for (const { name } of persons) {
    const found = same.get(name) ?? alike.get(foldedName(name));
    if (!found) continue;
    const isOut = isOutOfForce({ suspended: false, expires_at: null, ...found });
    const clash = { id: found.id, name: found.name, isSame: found.name === name };
    clashes.set(name, { ...clash, ...(isOut && { isOutOfForce: true }) });
  }
  return clashes;
}

/** Finds for each planned name the others of the plan from which only case or accents tell it. */
export function alikeOf(
  persons: readonly Pick<PlannedPerson, 'name'>[],
): ReadonlyMap<string, readonly string[]> {
  const names = persons.map(({ name }) => name);
  const groups = [...Map.groupBy(names, foldedName).values()].filter((group) => group.length > 1);
  return new Map(
    groups.flatMap((group) =>
      group.map((name): [string, string[]] => [name, group.filter((other) => other !== name)]),
    ),
  );
}
