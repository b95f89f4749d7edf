import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPersonFolders } from '../../../local/commands/person-folders.ts';
import { planFolders } from '../../../local/console/src/model/import-plan.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'people-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Puts a file at a path whose characters are one byte each. */
async function put(path: string): Promise<void> {
  const whole = (part: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(part, 'latin1')]);
  await mkdir(whole(dirname(path)), { recursive: true });
  await writeFile(whole(path), path);
}

async function people() {
  const { persons, ...told } = await readPersonFolders(root);
  const files = persons.map((person) => [person.name, person.files.map(({ name }) => name)]);
  return { files: Object.fromEntries(files), ...told };
}

it('reads persons and their files, and passes over what systems make, at any depth', async () => {
  for (const path of ['Jane Roe/b.jpg', 'Jane Roe/a.jpg', 'John Doe/#1.jpg']) await put(path);
  const bins = [
    '#recycle',
    '@eaDir',
    '$RECYCLE.BIN',
    '__MACOSX',
    'lost+found',
    '.Trash-1000',
    'System Volume Information',
  ];
  for (const bin of bins) await put(`${bin}/a.jpg`);
  for (const name of ['@eaDir/a.jpg', 'Thumbs.db', '._a.jpg', '.DS_Store', '.hidden.jpg'])
    await put(`Jane Roe/${name}`);
  const { files, remarks, passedOver } = await people();
  expect(files).toEqual({ 'Jane Roe': ['a.jpg', 'b.jpg'], 'John Doe': ['#1.jpg'] });
  expect(remarks).toEqual([]);
  for (const name of [
    '#recycle',
    '@eaDir',
    '$RECYCLE.BIN',
    '__MACOSX',
    'lost+found',
    'Thumbs.db',
    '.DS_Store',
  ]) {
    expect(passedOver).toContain(name);
  }
});

it('has the order of the console, in which numbers count and capitals do not', async () => {
  const paths = ['10.jpg', '2.jpg', 'IMG_2.jpg', 'img_1.jpg'].map((name) => `Jane Roe/${name}`);
  paths.push('Zoe\u0308/1.jpg', 'Zo\u00eb/2.jpg', 'Jane Roe 2/1.jpg', 'Jane Roe 10/1.jpg');
  for (const path of paths) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), path);
  }
  const { persons } = await readPersonFolders(root);
  const told = persons.map(({ name, files }) => [name, files.map((file) => basename(file.name))]);
  const file = { name: '', type: 'image/jpeg', size: 1 };
  const plan = planFolders(paths.map((path) => ({ path, file })));
  expect(told).toEqual(
    plan.persons.map(({ name, pictures }) => [name, pictures.map(({ path }) => basename(path))]),
  );
  expect(told).toEqual([
    ['Jane Roe', ['2.jpg', '10.jpg', 'img_1.jpg', 'IMG_2.jpg']],
    ['Jane Roe 2', ['1.jpg']],
    ['Jane Roe 10', ['1.jpg']],
    ['Zo\u00eb', ['1.jpg', '2.jpg']],
  ]);
});

it('tells of a person who has nothing but what systems make', async () => {
  await put('Jane Roe/Thumbs.db');
  expect(await people()).toMatchObject({
    files: {},
    remarks: ['Jane Roe: There is no picture in the folder.'],
  });
});

it('reads names that are not UTF-8 as Windows-1252, and folders of the same name as one person', async () => {
  await put('Zo\xeb/\xe4.jpg');
  await put('Zo\xc3\xab/b.jpg');
  const { persons } = await readPersonFolders(root);
  expect(persons.map(({ name }) => name)).toEqual(['Zoë']);
  expect(persons[0]?.files.map(({ name }) => name).sort()).toEqual(['Zoë/b.jpg', 'Zoë/ä.jpg']);
  const [path] = persons[0]?.files.filter(({ name }) => name === 'Zoë/ä.jpg').map((file) => file.path) ?? [];
  expect(path?.toString('latin1')).toBe(`${root}/Zo\xeb/\xe4.jpg`);
});

it('tells of folders whose names become one, and keeps files of one name apart', async () => {
  for (const folder of ['Jane Roe', 'Jane  Roe', 'Jane Roe ', 'JANE ROE']) await put(`${folder}/1.jpg`);
  const { files, joined } = await people();
  expect(files).toEqual({
    'JANE ROE': ['1.jpg'],
    'Jane Roe': ['Jane  Roe/1.jpg', 'Jane Roe/1.jpg', 'Jane Roe /1.jpg'],
  });
  expect(joined).toEqual(["Jane Roe: 'Jane  Roe', 'Jane Roe', 'Jane Roe '"]);
});

it('follows no link out of the folder of people, nor one to nothing, and tells of both', async () => {
  await put('Jane Roe/a.jpg');
  await put('John Doe/b.jpg');
  const secret = `${root}-secret.jpg`;
  await writeFile(secret, 'secret');
  await symlink('../Jane Roe/a.jpg', join(root, 'John Doe', 'inside.jpg'));
  await symlink(secret, join(root, 'John Doe', 'secret.jpg'));
  await symlink(`../../${basename(secret)}`, join(root, 'John Doe', 'relative.jpg'));
  await mkdir(join(root, 'Zoë'));
  await symlink('nowhere.jpg', join(root, 'Zoë', 'c.jpg'));
  await symlink(tmpdir(), join(root, 'Linked'));
  const { files, remarks } = await people();
  await rm(secret);
  expect(files).toEqual({ 'Jane Roe': ['a.jpg'], 'John Doe': ['b.jpg', 'inside.jpg'] });
  expect(remarks).toEqual([
    'John Doe/relative.jpg: It is a link to nothing in the folder of people.',
    'John Doe/secret.jpg: It is a link to nothing in the folder of people.',
    "Linked: It is not a folder of a person's pictures.",
    'Zoë/c.jpg: It is a link to nothing in the folder of people.',
  ]);
});

it('takes no name that a program has damaged', async () => {
  await put('Zo\xef\xbf\xbd/a.jpg');
  expect(await people()).toMatchObject({
    files: {},
    remarks: [expect.stringMatching(/damaged by a program/)],
  });
});

it('says which folder can not be read', async () => {
  await put('a file');
  for (const path of [join(root, 'a file'), join(root, 'nowhere')]) {
    await expect(readPersonFolders(path)).rejects.toThrow(`${path} can't be read as a folder of people (EN`);
  }
});
