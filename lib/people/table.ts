import { normalReason } from '../names/normal-form.ts';
import { personName } from './person-name.ts';

/** A table of people with the names of their pictures, as `npm run enroll` and the console read it. */

const maxReasonCharacters = 255;
const columns = ['name', 'reason', 'files'] as const;

/** The text is no such table. */
export class TableError extends Error {}

/** A picture that a table names. */
export interface TableFile {
  /** Path as the table has it. */
  readonly path: string;
  /** Number of the row, as a spreadsheet shows it. */
  readonly row: number;
}

/** A person of a table. */
export interface TablePerson {
  /** Name in its normal form. */
  readonly name: string;
  readonly reason: string | null;
  readonly files: readonly TableFile[];
}

/** People of a table. `remarks` names what can't be used. */
export interface PeopleTable {
  readonly persons: readonly TablePerson[];
  /** Pictures in rows that can't be used for want of a name. */
  readonly nameless: readonly TableFile[];
  readonly remarks: readonly string[];
}

/** Returns true if there is a file of this path, as a table has it. */
type IsThere = (path: string) => boolean;

/**
 * Reads people from a table (CSV, RFC 4180, also with semicolons or tabs as spreadsheets write it). Rows of
 * one name are one person.
 * @throws TableError when it is no such table
 */
export function readTable(text: string, isThere: IsThere): PeopleTable {
  const [header, ...rows] = rowsOf(text);
  const names = namesIn(header);
  requireColumns(names);
  const others = new Set(names.filter((name) => !columns.some((column) => column === name)));
  const remarks = [...others].map((name) => `The column '${name}' is passed over.`);
  const people = new Map<string, ReadPerson>();
  const nameless: TableFile[] = [];
  for (const [index, cells] of rows.entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const row = index + 2;
    const cell = (name: (typeof columns)[number]) => cells[names.indexOf(name)] ?? '';
    const written = cell('name');
    const name = personName(written);
    const label = name === undefined ? `Row ${row}` : `Row ${row}, ${name}`;
    if (cells.slice(names.length).some((more) => more.trim() !== '')) {
      remarks.push(`${label}: It has more cells than the first line; the last ones are passed over.`);
    }
    const files = filesOf(cell('files'), isThere).map((path) => ({ path, row }));
    if (name === undefined) {
      remarks.push(`${label}: A name has 1 to 100 characters.`);
      nameless.push(...files);
      continue;
    }
    if (files.length === 0) remarks.push(`${label}: It names no file.`);
    const person = people.get(name) ?? { name, written, reason: null, files: [] };
    people.set(name, person);
    person.files.push(...files);
    if (written !== person.written) {
      remarks.push(
        `${label}: Its name differs from that of a row before in spaces or invisible characters; they are taken as one person.`,
      );
    }
    addReason(person, reasonOf(cell('reason'), label, remarks), label, remarks);
  }
  return { persons: [...people.values()].filter(({ files }) => files.length > 0), nameless, remarks };
}

/**
 * Returns true if a file is a table: each CSV, and a text file, such as Excel saves with tabs, whose first
 * line names the columns.
 *
 * @param text text of the file, which only a text file needs
 */
export function isTableFile(path: string, text = ''): boolean {
  if (!isTextFile(path)) return /\.csv$/i.test(path);
  const [start = ''] = /^(?:"?sep=[^\r\n]*(?:\r\n?|\n))?[^\r\n]*/i.exec(text) ?? [];
  try {
    return hasColumns(namesIn(rowsOf(start)[0]));
  } catch {
    return false;
  }
}

/** Returns true if the text of a file tells whether it is a table. */
export const isTextFile = (path: string) => /\.txt$/i.test(path);

const namesIn = (header: readonly string[] = []) => header.map((name) => name.trim().toLowerCase());

const hasColumns = (names: readonly string[]) => names.includes('name') && names.includes('files');

/** Splits a table by the separator that Excel's line `sep=` names, or else the first one of its header. */
function rowsOf(text: string): string[][] {
  const [line, named] = /^"?sep=([,;|\t])"?(?:\r?\n|\r|$)/i.exec(text) ?? ['', undefined];
  const plain = text.slice(line.length);
  return parseTable(plain, named ?? /^[^\r\n,;\t]*([,;\t])/.exec(plain)?.[1] ?? ',');
}

function requireColumns(names: readonly string[]): void {
  if (!hasColumns(names)) {
    const found = names.join(', ').slice(0, 100).trim() || 'nothing';
    throw new TableError(
      `The first line has to name the columns name and files, and reason if there is one. It has: ${found}.`,
    );
  }
  const repeated = columns.find((name) => names.indexOf(name) < names.lastIndexOf(name));
  if (repeated) throw new TableError(`The first line names several columns ${repeated}: only one may be.`);
}

interface ReadPerson extends TablePerson {
  /** Name as the first row has it. */
  readonly written: string;
  reason: string | null;
  readonly files: TableFile[];
}

const fileSeparators: readonly (string | RegExp)[] = [/[\r\n]+/, '|', ';'];

/** Lists the files of a cell, which line breaks, `|` or `;` separate. A file that is there may have them. */
function filesOf(cell: string, isThere: IsThere, [separator = '', ...finer] = fileSeparators): string[] {
  const path = cell.trim();
  if (path === '') return [];
  if (!/[|;\r\n]/.test(path) || isThere(path)) return [path];
  return path.split(separator).flatMap((part) => filesOf(part, isThere, finer));
}

/** Gives a person the reason of a row, unless a row before has given one. */
function addReason(person: ReadPerson, reason: string | null, label: string, remarks: string[]): void {
  person.reason ??= reason;
  if (reason !== null && reason !== person.reason) {
    remarks.push(`${label}: Its reason differs from that of a row before, which is kept.`);
  }
}

function reasonOf(cell: string, label: string, remarks: string[]): string | null {
  const characters = [...normalReason(cell)];
  if (characters.length <= maxReasonCharacters) return characters.join('') || null;
  remarks.push(
    `${label}: Its reason has ${characters.length} characters; the first ${maxReasonCharacters} are kept.`,
  );
  return characters.slice(0, maxReasonCharacters).join('').trim();
}

/**
 * Splits a table into rows of cells. A quoted cell may have delimiters and line breaks, and `""` for a quote.
 * @throws TableError when a quoted cell does not end
 */
export function parseTable(text: string, delimiter: string): string[][] {
  const plain = `[^"${delimiter}\\r\\n][^${delimiter}\\r\\n]*|`;
  const cellForm = new RegExp(`(?:"((?:[^"]|"")*)"|(${plain}))([${delimiter}]|\\r?\\n|\\r|$)`, 'y');
  const rows: string[][] = [];
  let row: string[] = [];
  while (cellForm.lastIndex < text.length || row.length > 0) {
    const found = cellForm.exec(text);
    if (!found) throw new TableError(`Row ${rows.length + 1}: A quoted cell does not end as it should.`);
    const [, quoted, unquoted = '', end = ''] = found;
    row.push(quoted?.replaceAll('""', '"') ?? unquoted);
    if (end === delimiter) continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
