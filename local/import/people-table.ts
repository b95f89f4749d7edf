import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../../lib/config.ts';
import { decodeText } from '../../lib/decode-text.ts';
import { InputUnreadableError } from '../../lib/errors.ts';
import { type PeopleTable, readTable, TableError } from '../../lib/people/table.ts';
import { leadsInto, readPictureFile } from '../commands/picture-file.ts';
import type { FoundPeople, PersonPicture } from './found-people.ts';

/**
 * Reads people from a table's file. Their pictures are looked for in the folder of the table, and nowhere
 * else.
 * @throws ConfigError when it is no such table
 */
export async function readPeopleTable(path: string): Promise<FoundPeople> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${path} can't be read (${error.code}).`);
  });
  const { persons, remarks } = tableOf(path, decodeText(bytes));
  const folder = dirname(resolve(path));
  return {
    persons: persons.map(({ name, reason, files }) => ({
      name,
      reason,
      pictures: files.map((file) => pictureOf(file, folder)),
    })),
    remarks,
    joined: [],
    passedOver: new Set(),
  };
}

function tableOf(path: string, text: string): PeopleTable {
  try {
    return readTable(text);
  } catch (error) {
    if (error instanceof TableError) throw new ConfigError(`${path}: ${error.message}`);
    throw error;
  }
}

function pictureOf(name: string, folder: string): PersonPicture {
  return {
    name,
    read: async (maxBytes) => {
      const path = resolve(folder, name.replaceAll('\\', '/'));
      if (!leadsInto(path, folder)) {
        throw new InputUnreadableError('There is no such file in the folder of the table.');
      }
      return readPictureFile(path, maxBytes);
    },
  };
}
