/**
 * Command: lists people with their pictures as references: every sub-folder of a folder as one person, the
 * rows of a table, or the subjects of CompreFace. Run again, it goes on where it was interrupted and adds
 * what is new.
 * usage: npm run enroll -- FOLDER | TABLE.csv | --compreface ADDRESS [--include-unlike]
 */
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { asService } from '../../lib/audit/scope.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { ConfigError } from '../../lib/config.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { allOrFirstError } from '../../lib/promises.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { runCommand } from '../command.ts';
import { keyVariable, readCompreFace } from '../import/compreface.ts';
import { enrollPerson } from '../import/enroll-person.ts';
import { type EnrollSummary, enrollReport } from '../import/enroll-report.ts';
import type { FoundPeople, FoundPerson } from '../import/found-people.ts';
import { isPeopleTable, readPeopleTable } from '../import/people-table.ts';
import { PictureCopies } from '../import/picture-copies.ts';
import { readPictureFile } from '../picture-file.ts';
import { lockAgainstOthers } from './enroll-lock.ts';
import { readPersonFolders } from './person-folders.ts';
import { progressBar } from './progress.ts';

const usage = 'usage: npm run enroll -- FOLDER | TABLE.csv | --compreface ADDRESS [--include-unlike]';
const maxPersonsAtOnce = 4;

async function enrollPeople(
  opened: OpenedPorts,
  { persons, remarks, joined, passedOver }: FoundPeople,
  takesUnlike: boolean,
): Promise<EnrollSummary> {
  await normalizeNames(opened);
  const entries = await opened.records.listEntries('ACTIVE');
  const listed = new Map(entries.map((entry) => [entry.name, entry]));
  const copies = await PictureCopies.of(opened, persons, entries);
  const counts = { personsListed: 0, picturesAdded: 0, picturesPresent: 0 };
  const summary: EnrollSummary = {
    ...{ ...counts, remarks: [...remarks], passedOver, duplicates: new Map() },
    ...{ joined, unlike: new Map(), disagreements: [], unlisted: [], outOfForce: [], copies, takesUnlike },
  };
  const bar = progressBar(
    'enroll',
    persons.reduce((total, { pictures }) => total + pictures.length, 0),
  );
  const limit = pLimit(maxPersonsAtOnce);
  const enroll = (person: FoundPerson) =>
    enrollPerson(opened, person, listed.get(person.name)?.id, summary, (count) => bar.increment(count));
  try {
    await allOrFirstError(persons.map((person) => limit(() => enroll(person))));
  } finally {
    bar.stop();
  }
  return summary;
}

function readArguments() {
  const options = { compreface: { type: 'string' }, 'include-unlike': { type: 'boolean' } } as const;
  return parseArgs({ allowPositionals: true, options });
}

/**
 * Reads the people whom the arguments name.
 * @throws ConfigError when they name none
 */
async function readPeople({ positionals, values }: ReturnType<typeof readArguments>): Promise<FoundPeople> {
  const [path] = positionals;
  if (values.compreface !== undefined && path === undefined) {
    const key = process.env[keyVariable];
    if (!key) throw new ConfigError(`Set ${keyVariable} to the key of CompreFace's recognition service.`);
    return readCompreFace(values.compreface, key);
  }
  if (path === undefined || positionals.length > 1 || values.compreface !== undefined)
    throw new ConfigError(usage);
  if (await isPeopleTable(path)) return readPeopleTable(path);
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
  const given = readArguments();
  const people = await readPeople(given);
  using _lock = await lockAgainstOthers(loadConfig());
  const opened = await ports();
  try {
    const summary = await enrollPeople(opened, people, given.values['include-unlike'] === true);
    console.log(enrollReport(summary).join('\n'));
    if (summary.unlisted.length < people.persons.length) return;
    // Whoever runs it from a script has to know that it did nothing, as with a wrong path.
    console.error(
      people.persons.length > 0 ? 'Nobody was listed.' : 'Nobody was found, so nobody was listed.',
    );
    process.exitCode = 1;
  } finally {
    await opened.close();
  }
}

await runCommand(() => asService('enroll', main));
