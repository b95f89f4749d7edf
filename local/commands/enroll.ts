/**
 * Command: lists people with their pictures as references: every sub-folder of a folder as one person, the
 * rows of a table, or the subjects of CompreFace. Run again, it goes on where it was interrupted and adds
 * what is new.
 * usage: npm run enroll -- FOLDER | TABLE.csv | --compreface ADDRESS
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { asService } from '../../lib/audit/scope.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { enrollImages, type ReferenceFile } from '../../lib/blacklist/enroll-images.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { possibleDuplicates } from '../../lib/blacklist/possible-duplicates.ts';
import { removeEntryEverywhere, removeImageEverywhere } from '../../lib/blacklist/remove.ts';
import { ConfigError, loadConfig } from '../../lib/config.ts';
import type { PossibleDuplicates } from '../../lib/contract/possible-duplicates.ts';
import { isUnusablePicture, NameTakenError, NoUsableImageError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import { withoutMetadata } from '../../lib/inputs/metadata.ts';
import { allOrFirstError } from '../../lib/promises.ts';
import type { EntryRecord } from '../../lib/records/port.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { printable, runCommand } from '../command.ts';
import { keyVariable, readCompreFace } from '../import/compreface.ts';
import type { FoundPeople, FoundPerson, PersonPicture } from '../import/found-people.ts';
import { readPeopleTable } from '../import/people-table.ts';
import { lockAgainstOthers } from './enroll-lock.ts';
import { readPersonFolders } from './person-folders.ts';
import { readPictureFile } from './picture-file.ts';
import { progressBar } from './progress.ts';

const usage = 'usage: npm run enroll -- FOLDER | TABLE.csv | --compreface ADDRESS';
/** Pictures of a person that are read at a time. */
const batchSize = 16;
const maxPersonsAtOnce = 4;

interface Summary {
  personsListed: number;
  picturesAdded: number;
  picturesPresent: number;
  readonly remarks: string[];
  /** Files and folders of systems that were ignored. */
  readonly passedOver: ReadonlySet<string>;
  /** Messages, one for each pair of a person and a listed person who looks similar. */
  readonly duplicates: Map<string, string>;
}

/**
 * Takes back what an interrupted run left half-done for these persons. A request that is listing one of them
 * at this very moment fails, and says so.
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

/** Makes the digests that a file's picture may have where it is stored: as it is, and without metadata. */
async function digestsOf(bytes: Uint8Array): Promise<string[]> {
  try {
    const picture = await measurePicture(bytes);
    return [digest(bytes), digest(await withoutMetadata(picture, async () => decodePicture(picture)))];
  } catch (error) {
    if (isUnusablePicture(error)) return [digest(bytes)];
    throw error;
  }
}

async function digestsOfListed({ records, images }: OpenedPorts, entry: EntryRecord): Promise<Set<string>> {
  const digests = new Set<string>();
  for (const { key, status } of await records.listImages(entry.id)) {
    const bytes = status === 'ACTIVE' ? await images.get(key) : undefined;
    if (bytes) digests.add(digest(bytes));
  }
  return digests;
}

async function readOrRemark(
  file: PersonPicture,
  maxBytes: number,
  { name }: FoundPerson,
  { remarks }: Summary,
) {
  try {
    return await file.read(maxBytes);
  } catch (error) {
    if (!isUnusablePicture(error)) throw error;
    remarks.push(`${name}/${file.name}: ${error.message}`);
    return undefined;
  }
}

/** Lists a person. If the person is listed already, it adds the pictures that are missing. */
async function enrollPerson(
  opened: OpenedPorts,
  person: FoundPerson,
  listed: EntryRecord | undefined,
  summary: Summary,
  advance: (pictures: number) => void,
): Promise<void> {
  const present = listed ? await digestsOfListed(opened, listed) : new Set<string>();
  let entryId = listed?.id;
  for (let start = 0; start < person.pictures.length; start += batchSize) {
    const files = person.pictures.slice(start, start + batchSize);
    const batch: ReferenceFile[] = [];
    for (const file of files) {
      const bytes = await readOrRemark(file, opened.faces.maxImageBytes, person, summary);
      if (!bytes) continue;
      const keys = await digestsOf(bytes);
      if (keys.some((key) => present.has(key))) summary.picturesPresent++;
      else batch.push({ fileName: file.name, bytes });
      for (const key of keys) present.add(key);
    }
    if (batch.length > 0) entryId = await enrollBatch(opened, person, entryId, batch, summary);
    advance(files.length);
  }
}

/** Returns the person's entry id, or `undefined` while no picture could be used. */
async function enrollBatch(
  opened: OpenedPorts,
  { name, reason }: FoundPerson,
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
    const entry = await createEntry(opened, { name, reason }, batch);
    summary.personsListed++;
    note(entry.image_count, entry.errors, entry.possible_duplicates);
    summary.remarks.push(...(entry.warnings ?? []).map((warning) => `${name}: ${warning}`));
    return entry.id;
  } catch (error) {
    if (error instanceof NoUsableImageError) note(0, error.reasons);
    else if (error instanceof NameTakenError) summary.remarks.push(`${name}: ${error.message}`);
    else throw error;
    return entryId;
  }
}

async function enrollPeople(
  opened: OpenedPorts,
  { persons, remarks, passedOver }: FoundPeople,
): Promise<Summary> {
  const counts = { personsListed: 0, picturesAdded: 0, picturesPresent: 0 };
  const summary: Summary = { ...counts, remarks: [...remarks], passedOver, duplicates: new Map() };
  await normalizeNames(opened);
  await takeBackHalfDone(opened, new Set(persons.map(({ name }) => name)));
  const listed = new Map((await opened.records.listEntries('ACTIVE')).map((entry) => [entry.name, entry]));
  const bar = progressBar(
    'enroll',
    persons.reduce((total, { pictures }) => total + pictures.length, 0),
  );
  const limit = pLimit(maxPersonsAtOnce);
  const enroll = (person: FoundPerson) =>
    enrollPerson(opened, person, listed.get(person.name), summary, (count) => bar.increment(count));
  try {
    await allOrFirstError(persons.map((person) => limit(() => enroll(person))));
  } finally {
    bar.stop();
  }
  return summary;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function report(summary: Summary): void {
  const { personsListed, picturesAdded, picturesPresent, remarks, passedOver, duplicates } = summary;
  console.log(
    `${counted(personsListed, 'person')} listed, ${counted(picturesAdded, 'picture')} added, ${picturesPresent} there already.`,
  );
  if (remarks.length > 0) console.log(`Left out, or used in part:\n  ${remarks.map(printable).join('\n  ')}`);
  if (passedOver.size > 0) {
    console.log(
      `Passed over, for systems make such for themselves:\n  ${[...passedOver].map(printable).join('\n  ')}`,
    );
  }
  const lines = [...duplicates.values()];
  if (lines.length > 0) console.log(`Perhaps listed twice:\n  ${lines.map(printable).join('\n  ')}`);
}

/**
 * Reads the people whom the arguments name.
 * @throws ConfigError when they name none
 */
async function readPeople(): Promise<FoundPeople> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { compreface: { type: 'string' } },
  });
  const [path] = positionals;
  if (values.compreface !== undefined && path === undefined) {
    const key = process.env[keyVariable];
    if (!key) throw new ConfigError(`Set ${keyVariable} to the key of CompreFace's recognition service.`);
    return readCompreFace(values.compreface, key);
  }
  if (path === undefined || positionals.length > 1 || values.compreface !== undefined)
    throw new ConfigError(usage);
  if (/\.csv$/i.test(path)) return readPeopleTable(path);
  const { persons, ...found } = await readPersonFolders(path);
  return {
    ...found,
    persons: persons.map(({ name, files }) => ({
      name,
      reason: null,
      pictures: files.map(({ name, path }) => ({ name, read: (most) => readPictureFile(path, most) })),
    })),
  };
}

async function main(): Promise<void> {
  const people = await readPeople();
  using _lock = lockAgainstOthers(loadConfig().dataDir);
  const opened = await ports();
  try {
    report(await enrollPeople(opened, people));
  } finally {
    await opened.close();
  }
}

await runCommand(() => asService('enroll', main));
