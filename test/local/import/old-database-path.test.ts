import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { oldDatabasePath } from '../../../local/import/old-database.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'old-')), 'service');
  await mkdir(folder);
  path = join(folder, 'blacklist.db');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const isNone = () =>
  `${path} is no database of the old service: it is empty, of another kind, or may not be read.`;

test.each([
  ['empty', ''],
  ['a text', 'no database'],
])('a database that is %s is said to be none, and not to be absent', async (_kind, content) => {
  await writeFile(path, content);
  expect(() => oldDatabasePath(folder)).toThrow(isNone());
});

test('a folder of its name is none either', async () => {
  await mkdir(path);
  expect(() => oldDatabasePath(folder)).toThrow(isNone());
});

test('where there is no file of its name, it is absent', () => {
  expect(() => oldDatabasePath(folder)).toThrow(`There is no blacklist.db in ${folder}: `);
});

test('a database beside the folder of pictures counts before a file that is none', async () => {
  await writeFile(path, '');
  const beside = join(folder, '..', 'blacklist.db');
  {
    using database = new DatabaseSync(beside);
    database.exec('CREATE TABLE blacklist (id INTEGER); CREATE TABLE processed_images (id INTEGER)');
  }
  expect(oldDatabasePath(folder)).toBe(beside);
});
