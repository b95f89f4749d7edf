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
import { printable, runCommand } from '../command.ts';
import { keyVariable, readCompreFace } from '../import/compreface.ts';
import { type EnrollSummary, enrollPerson } from '../import/enroll-person.ts';
import type { FoundPeople, FoundPerson } from '../import/found-people.ts';
import { readPeopleTable } from '../import/people-table.ts';
import { PictureCopies } from '../import/picture-copies.ts';
import { lockAgainstOthers } from './enroll-lock.ts';
import { readPersonFolders } from './person-folders.ts';
import { readPictureFile } from './picture-file.ts';
import { progressBar } from './progress.ts';

const usage = 'usage: npm run enroll -- FOLDER | TABLE.csv | --compreface ADDRESS [--include-unlike]';
const maxPersonsAtOnce = 4;

async function enrollPeople(
  opened: OpenedPorts,
  { persons, remarks, passedOver }: FoundPeople,
  takesUnlike: boolean,
): Promise<EnrollSummary> {
  await normalizeNames(opened);
  const entries = await opened.records.listEntries('ACTIVE');
  const listed = new Map(entries.map((entry) => [entry.name, entry]));
  const copies = await PictureCopies.of(opened, persons, entries);
  const counts = { personsListed: 0, picturesAdded: 0, picturesPresent: 0 };
  const summary: EnrollSummary = {
    ...{ ...counts, remarks: [...remarks], passedOver, duplicates: new Map() },
    ...{ unlike: new Map(), disagreements: [], copies, takesUnlike },
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function report(summary: EnrollSummary): void {
  const { personsListed, picturesAdded, picturesPresent, remarks, passedOver } = summary;
  const { duplicates, unlike, disagreements } = summary;
  console.log(
    `${counted(personsListed, 'person')} listed, ${counted(picturesAdded, 'picture')} added, ${picturesPresent} there already.`,
  );
  if (remarks.length > 0) console.log(`Left out, or used in part:\n  ${remarks.map(printable).join('\n  ')}`);
  if (passedOver.size > 0) {
    console.log(
      `Passed over, for systems make such for themselves:\n  ${[...passedOver].map(printable).join('\n  ')}`,
    );
  }
  if (unlike.size > 0) {
    const what = summary.takesUnlike
      ? 'Added, but like none of the person’s other pictures, or somebody else’s too; delete what shows somebody else'
      : 'Held back, for they look like none of the person’s other pictures, or are somebody else’s too; --include-unlike adds them';
    console.log(`${what}:\n  ${[...unlike.values()].map(printable).join('\n  ')}`);
  }
  if (disagreements.length > 0)
    console.log(`Not all pictures agree:\n  ${disagreements.map(printable).join('\n  ')}`);
  const lines = [...duplicates.values()];
  if (lines.length > 0) console.log(`Perhaps listed twice:\n  ${lines.map(printable).join('\n  ')}`);
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
  const given = readArguments();
  const people = await readPeople(given);
  using _lock = lockAgainstOthers(loadConfig().dataDir);
  const opened = await ports();
  try {
    report(await enrollPeople(opened, people, given.values['include-unlike'] === true));
  } finally {
    await opened.close();
  }
}

await runCommand(() => asService('enroll', main));
