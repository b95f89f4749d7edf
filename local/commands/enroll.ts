/**
 * Command: lists every sub-folder of a folder as one person, with its pictures as references. Run again, it goes on where it was
 * interrupted and adds what is new.
 * usage: npm run enroll -- FOLDER
 */
import { createHash } from 'node:crypto';
import { type Dirent, mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { enrollImages, type ReferenceFile } from '../../lib/blacklist/enroll-images.ts';
import { possibleDuplicates } from '../../lib/blacklist/possible-duplicates.ts';
import { removeEntryEverywhere, removeImageEverywhere } from '../../lib/blacklist/remove.ts';
import { ConfigError, loadConfig } from '../../lib/config.ts';
import { EntryName } from '../../lib/contract/fields.ts';
import type { PossibleDuplicates } from '../../lib/contract/possible-duplicates.ts';
import { isUnusablePicture, NameTakenError, NoUsableImageError } from '../../lib/errors.ts';
import type { EntryRecord } from '../../lib/records/port.ts';
import { allSettled } from '../../lib/settled.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { runCommand } from './command.ts';
import { readPictureFile } from './picture-file.ts';
import { progressBar } from './progress.ts';

/** A person's pictures are read so many at a time. */
const batchSize = 16;
const maxPersonsAtOnce = 4;

interface Person {
  readonly name: string;
  readonly files: readonly string[];
}

interface Summary {
  personsListed: number;
  picturesAdded: number;
  picturesPresent: number;
  readonly remarks: string[];
  /** One line for each pair of a person and another who is listed and looks alike. */
  readonly duplicates: Map<string, string>;
}

/** Names starting with a dot are no persons and no pictures, but what operating systems leave behind. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readPersons(folder: string, { remarks }: Summary): Promise<Person[]> {
  const persons: Person[] = [];
  for (const entry of await entriesOf(folder)) {
    const { name } = entry;
    if (!entry.isDirectory()) remarks.push(`${name}: It is not a folder of a person's pictures.`);
    else if (!EntryName.safeParse(name).success) remarks.push(`${name}: A name has 1 to 100 characters.`);
    else {
      try {
        const files = await entriesOf(join(folder, name));
        if (files.length === 0) remarks.push(`${name}: There is no picture in the folder.`);
        else persons.push({ name, files: files.map((file) => join(folder, name, file.name)) });
      } catch (error) {
        remarks.push(`${name}: The folder can't be read (${(error as NodeJS.ErrnoException).code}).`);
      }
    }
  }
  return persons;
}

/**
 * Takes back what an interrupted run left half-done for these persons. A request that is listing one of them at this very moment
 * fails, and says so.
 */
async function takeBackHalfDone(opened: OpenedPorts, names: ReadonlySet<string>): Promise<void> {
  const { records } = opened;
  const entries = [...(await records.listEntries('PENDING')), ...(await records.listEntries('DELETING'))];
  for (const { id, name } of entries) if (names.has(name)) await removeEntryEverywhere(opened, id);
  for await (const image of records.listImagesByStatus('PENDING')) {
    const entry = await records.getEntry(image.entryId);
    if (entry && names.has(entry.name)) await removeImageEverywhere(opened, image);
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function digestsOfListed({ records, images }: OpenedPorts, entry: EntryRecord): Promise<Set<string>> {
  const digests = new Set<string>();
  for (const { key, status } of await records.listImages(entry.id)) {
    const bytes = status === 'ACTIVE' ? await images.get(key) : undefined;
    if (bytes) digests.add(digest(bytes));
  }
  return digests;
}

async function readOrRemark(path: string, maxBytes: number, { name }: Person, { remarks }: Summary) {
  try {
    return await readPictureFile(path, maxBytes);
  } catch (error) {
    if (!isUnusablePicture(error)) throw error;
    remarks.push(`${name}/${basename(path)}: ${error.message}`);
    return undefined;
  }
}

/** Lists one person, or adds to one who is listed the pictures that are not there yet. */
async function enrollPerson(
  opened: OpenedPorts,
  person: Person,
  listed: EntryRecord | undefined,
  summary: Summary,
  advance: (pictures: number) => void,
): Promise<void> {
  const present = listed ? await digestsOfListed(opened, listed) : new Set<string>();
  let entryId = listed?.id;
  for (let start = 0; start < person.files.length; start += batchSize) {
    const paths = person.files.slice(start, start + batchSize);
    const batch: ReferenceFile[] = [];
    for (const path of paths) {
      const bytes = await readOrRemark(path, opened.faces.maxImageBytes, person, summary);
      if (!bytes) continue;
      const key = digest(bytes);
      if (present.has(key)) summary.picturesPresent++;
      else batch.push({ fileName: basename(path), bytes });
      present.add(key);
    }
    if (batch.length > 0) entryId = await enrollBatch(opened, person.name, entryId, batch, summary);
    advance(paths.length);
  }
}

/** Returns the person's entry id, or `undefined` while no picture could be used. */
async function enrollBatch(
  opened: OpenedPorts,
  name: string,
  entryId: number | undefined,
  batch: readonly ReferenceFile[],
  summary: Summary,
): Promise<number | undefined> {
  const note = (added: number, errors: readonly string[], duplicates: PossibleDuplicates = []) => {
    summary.picturesAdded += added;
    summary.remarks.push(...errors.map((error) => `${name}/${error}`));
    if (duplicates === null) summary.duplicates.set(name, `${name}: this could not be found out`);
    for (const { id, name: other, similarity } of duplicates ?? []) {
      const line = `${name}: ${other}, entry ${id}, similarity ${similarity.toFixed(1)}`;
      summary.duplicates.set(`${name}/${id}`, line);
    }
  };
  try {
    if (entryId !== undefined) {
      const { enrolled, errors, similar } = await enrollImages(opened, entryId, batch);
      note(enrolled, errors, await possibleDuplicates(opened, entryId, similar));
      return entryId;
    }
    const entry = await createEntry(opened, { name, reason: null }, batch);
    summary.personsListed++;
    note(entry.image_count, entry.errors, entry.possible_duplicates);
    return entry.id;
  } catch (error) {
    if (error instanceof NoUsableImageError) note(0, error.reasons);
    else if (error instanceof NameTakenError) summary.remarks.push(`${name}: ${error.message}`);
    else throw error;
    return entryId;
  }
}

async function enrollFolder(opened: OpenedPorts, folder: string): Promise<Summary> {
  const counts = { personsListed: 0, picturesAdded: 0, picturesPresent: 0 };
  const summary: Summary = { ...counts, remarks: [], duplicates: new Map() };
  const persons = await readPersons(folder, summary);
  await takeBackHalfDone(opened, new Set(persons.map(({ name }) => name)));
  const listed = new Map((await opened.records.listEntries('ACTIVE')).map((entry) => [entry.name, entry]));
  const bar = progressBar(
    'enroll',
    persons.reduce((total, { files }) => total + files.length, 0),
  );
  const limit = pLimit(maxPersonsAtOnce);
  const enroll = (person: Person) =>
    enrollPerson(opened, person, listed.get(person.name), summary, (count) => bar.increment(count));
  try {
    await allSettled(persons.map((person) => limit(() => enroll(person))));
  } finally {
    bar.stop();
  }
  return summary;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function report({ personsListed, picturesAdded, picturesPresent, remarks, duplicates }: Summary): void {
  console.log(
    `${counted(personsListed, 'person')} listed, ${counted(picturesAdded, 'picture')} added, ${picturesPresent} there already.`,
  );
  if (remarks.length > 0) console.log(`Left out, or used in part:\n  ${remarks.join('\n  ')}`);
  const lines = [...duplicates.values()];
  if (lines.length > 0) console.log(`Perhaps listed twice:\n  ${lines.join('\n  ')}`);
}

/** Two at once would list the same pictures twice. The system gives the lock back however this process ends. */
function lockAgainstOthers(dataDir: string): DatabaseSync {
  // Where records and pictures are in AWS, nothing has needed the folder yet.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(dataDir, 'enroll.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch {
    throw new ConfigError('Another enroll is running on this DATA_DIR.');
  }
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1)
    throw new ConfigError('usage: npm run enroll -- FOLDER');
  const opened = await ports();
  const lock = lockAgainstOthers(loadConfig().dataDir);
  try {
    report(await enrollFolder(opened, folder));
  } finally {
    lock.close();
    await opened.close();
  }
}

await runCommand(main);
