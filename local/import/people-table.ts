import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../../lib/config.ts';
import { decodeMarkedText } from '../../lib/decode-text.ts';
import { InputUnreadableError } from '../../lib/errors.ts';
import {
  isTableFile,
  isTextFile,
  type PeopleTable,
  readTable,
  TableError,
  type TableFile,
} from '../../lib/people/table.ts';
import { leadsInto, readPictureFile } from '../picture-file.ts';
import type { FoundPeople, PersonPicture } from './found-people.ts';

/**
 * Reads people from a table's file. Their pictures are looked for in the folder of the table, and nowhere
 * else.
 * @throws ConfigError when it is no such table
 */
export async function readPeopleTable(path: string): Promise<FoundPeople> {
  const text = await readText(path);
  const folder = dirname(resolve(path));
  // With `..`, the path of several files could be that of the last one.
  const isThere = (name: string) => !name.includes('..') && leadsInto(pathOf(name, folder), folder);
  const { persons, remarks } = tableOf(path, text, isThere);
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

/**
 * Returns true if the path is that of a table.
 * @throws ConfigError when the text that would tell it can't be read
 */
export async function isPeopleTable(path: string): Promise<boolean> {
  // A folder may have such a name, too.
  const isFile = isTextFile(path) && (await stat(path).catch(() => undefined))?.isFile() === true;
  return isTableFile(path, isFile ? await readText(path) : undefined);
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${path} can't be read (${error.code}).`);
  });
  return decodeMarkedText(bytes);
}

function tableOf(path: string, text: string, isThere: (name: string) => boolean): PeopleTable {
  try {
    return readTable(text, isThere);
  } catch (error) {
    if (error instanceof TableError) throw new ConfigError(`${path}: ${error.message}`);
    throw error;
  }
}

const pathOf = (name: string, folder: string) => resolve(folder, name.replaceAll('\\', '/'));

function pictureOf({ path: name, row }: TableFile, folder: string): PersonPicture {
  return {
    name,
    read: async (maxBytes) => {
      const path = pathOf(name, folder);
      if (!leadsInto(path, folder)) {
        throw new InputUnreadableError(`There is no such file in the folder of the table (row ${row}).`);
      }
      return readPictureFile(path, maxBytes);
    },
  };
}
