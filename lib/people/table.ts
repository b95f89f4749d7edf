import { normalReason } from '../names/normal-form.ts';
import { personName } from './person-name.ts';

/** A table of people with the names of their pictures, as `npm run enroll` and the console read it. */

const maxReasonCharacters = 255;
const columns = ['name', 'reason', 'files'] as const;

/** The text is no such table. */
export class TableError extends Error {}

/** A person of a table. */
export interface TablePerson {
  /** Name in its normal form. */
  readonly name: string;
  readonly reason: string | null;
  /** Paths of the pictures, as the table has them. */
  readonly files: readonly string[];
}

/** People of a table. `remarks` names what can't be used. */
export interface PeopleTable {
  readonly persons: readonly TablePerson[];
  /** Paths of pictures in rows that can't be used for want of a name. */
  readonly nameless: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * Reads people from a table (CSV, RFC 4180, also with semicolons as spreadsheets write it). Rows of one name
 * are one person.
 * @throws TableError when it is no such table
 */
export function readTable(text: string): PeopleTable {
  const plain = text.replace(/^\ufeff/, '');
  const delimiter = /^[^\r\n]*;/.test(plain) && !/^[^\r\n;]*,/.test(plain) ? ';' : ',';
  const [header = [], ...rows] = parseTable(plain, delimiter);
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.includes('name') || !names.includes('files')) {
    throw new TableError(
      'The first line has to name the columns name and files, and reason if there is one.',
    );
  }
  const others = names.filter((name) => !columns.some((column) => column === name));
  const remarks = others.map((name) => `The column '${name}' is passed over.`);
  const people = new Map<string, ReadPerson>();
  const nameless: string[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.every((cell) => cell.trim() === '')) continue;
    const cell = (name: (typeof columns)[number]) => row[names.indexOf(name)] ?? '';
    const name = personName(cell('name'));
    const files = filesOf(cell('files'));
    if (name === undefined) {
      remarks.push(`Row ${index + 2}: A name has 1 to 100 characters.`);
      nameless.push(...files);
      continue;
    }
    const label = `Row ${index + 2}, ${name}`;
    if (files.length === 0) remarks.push(`${label}: It names no file.`);
    const reason = reasonOf(cell('reason'), label, remarks);
    const written = cell('name');
    const person = people.get(name) ?? { name, written, reason: null, files: [] };
    people.set(name, person);
    person.files.push(...files);
    if (written !== person.written) {
      remarks.push(
        `${label}: Its name differs from that of a row before in spaces or invisible characters; they are taken as one person.`,
      );
    }
    person.reason ??= reason;
    if (reason !== null && reason !== person.reason) {
      remarks.push(`${label}: Its reason differs from that of a row before, which is kept.`);
    }
  }
  return { persons: [...people.values()].filter(({ files }) => files.length > 0), nameless, remarks };
}

interface ReadPerson extends TablePerson {
  /** Name as the first row has it. */
  readonly written: string;
  reason: string | null;
  readonly files: string[];
}

/** Lists the files of a cell, which `|`, `;` or line breaks separate. */
function filesOf(cell: string): string[] {
  return cell.split(/[|;\r\n]+/).flatMap((name) => name.trim() || []);
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
export function parseTable(text: string, delimiter: ',' | ';'): string[][] {
  const plain = `[^"${delimiter}\\r\\n][^${delimiter}\\r\\n]*|`;
  const cellForm = new RegExp(`(?:"((?:[^"]|"")*)"|(${plain}))(${delimiter}|\\r?\\n|\\r|$)`, 'y');
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
