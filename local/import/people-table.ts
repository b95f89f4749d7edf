import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { ConfigError } from '../../lib/config.ts';
import { EntryName } from '../../lib/contract/fields.ts';
import { decodeText } from '../../lib/decode-text.ts';
import { InputUnreadableError } from '../../lib/errors.ts';
import { normalReason } from '../../lib/names/normal-form.ts';
import { readPictureFile } from '../commands/picture-file.ts';
import type { FoundPeople, FoundPerson, PersonPicture } from './found-people.ts';

const maxReasonCharacters = 255;
const columns = ['name', 'reason', 'files'] as const;

/**
 * Reads people from a table (CSV, RFC 4180, also with semicolons as spreadsheets write it). Rows of one name
 * are one person. Files are looked for in the folder of the table, and nowhere else.
 * @throws ConfigError when it is no such table
 */
export async function readPeopleTable(path: string): Promise<FoundPeople> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${path} can't be read (${error.code}).`);
  });
  const text = decodeText(bytes).replace(/^\ufeff/, '');
  const delimiter = /^[^\r\n]*;/.test(text) && !/^[^\r\n;]*,/.test(text) ? ';' : ',';
  const [header = [], ...rows] = parseTable(text, delimiter);
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.includes('name') || !names.includes('files')) {
    throw new ConfigError(
      `${path}: The first line has to name the columns name and files, and reason if there is one.`,
    );
  }
  const others = names.filter((name) => !columns.some((column) => column === name));
  const remarks = others.map((name) => `The column '${name}' is passed over.`);
  const people = new Map<string, FoundPerson & { pictures: PersonPicture[] }>();
  for (const [index, row] of rows.entries()) {
    if (row.every((cell) => cell.trim() === '')) continue;
    const cell = (name: (typeof columns)[number]) => row[names.indexOf(name)] ?? '';
    const { data: name } = EntryName.safeParse(cell('name'));
    if (name === undefined) {
      remarks.push(`Row ${index + 2}: A name has 1 to 100 characters.`);
      continue;
    }
    const pictures = picturesOf(cell('files'), dirname(resolve(path)));
    if (pictures.length === 0) remarks.push(`Row ${index + 2}, ${name}: It names no file.`);
    const reason = reasonOf(cell('reason'), `Row ${index + 2}, ${name}`, remarks);
    const known = people.get(name);
    if (known) known.pictures.push(...pictures);
    else if (pictures.length > 0) people.set(name, { name, reason, pictures });
  }
  return { persons: [...people.values()], remarks, passedOver: new Set() };
}

/** Lists the files of a cell, which `|`, `;` or line breaks separate. */
function picturesOf(cell: string, folder: string): PersonPicture[] {
  const names = cell.split(/[|;\r\n]+/).flatMap((name) => name.trim() || []);
  return names.map((name) => ({
    name,
    read: async (maxBytes) => {
      const path = resolve(folder, name.replaceAll('\\', '/'));
      if (!isBelow(path, folder)) {
        throw new InputUnreadableError('There is no such file in the folder of the table.');
      }
      return readPictureFile(path, maxBytes);
    },
  }));
}

function isBelow(path: string, folder: string): boolean {
  try {
    return realpathSync(path).startsWith(`${realpathSync(folder)}${sep}`);
  } catch {
    return false;
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
 * @throws ConfigError when a quoted cell does not end
 */
export function parseTable(text: string, delimiter: ',' | ';'): string[][] {
  const plain = `[^"${delimiter}\\r\\n][^${delimiter}\\r\\n]*|`;
  const cellForm = new RegExp(`(?:"((?:[^"]|"")*)"|(${plain}))(${delimiter}|\\r?\\n|\\r|$)`, 'y');
  const rows: string[][] = [];
  let row: string[] = [];
  while (cellForm.lastIndex < text.length || row.length > 0) {
    const found = cellForm.exec(text);
    if (!found) throw new ConfigError(`Row ${rows.length + 1}: A quoted cell does not end as it should.`);
    const [, quoted, unquoted = '', end = ''] = found;
    row.push(quoted?.replaceAll('""', '"') ?? unquoted);
    if (end === delimiter) continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
