/**
 * Command: takes over the people, pictures and history of the Python service that came before this one.
 * Nothing changes at the source. Run again, it goes on where it was interrupted.
 * usage: npm run import -- FOLDER [--dry-run] [--map OLD=NEW ...] [--collection ID]
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asService } from '../../lib/audit/scope.ts';
import { measureReference } from '../../lib/blacklist/enroll-picture.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { type Config, ConfigError } from '../../lib/config.ts';
import { isUnusablePicture } from '../../lib/errors.ts';
import { folderMode } from '../../lib/files.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { oldFieldsOf, takenOverFile, takenOverFolders, withFoldersInDataDir } from '../../lib/old-service.ts';
import { unnamedVolumeWarning } from '../../lib/unnamed-volume.ts';
import { openPresentRecords } from '../../lib/wiring/adapters.ts';
import { faces, type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { printable, runCommand } from '../command.ts';
import { AdoptedFaces, facesByEntry } from '../import/adopted-faces.ts';
import { type TakenEntry, takeEntries } from '../import/entries.ts';
import { takeHistory } from '../import/history.ts';
import { ImportJournal } from '../import/journal.ts';
import { OldDatabase, oldDatabasePath } from '../import/old-database.ts';
import { isFolder, OldPaths, readPathMaps } from '../import/old-paths.ts';
import { filesOf, type Person, takePictures } from '../import/pictures.ts';
import { type PlannedEntry, planEntries } from '../import/plan.ts';
import { counted, emptyReport, type ImportReport } from '../import/report.ts';
import { readPictureFile } from '../picture-file.ts';
import { lockAgainstOthers } from './enroll-lock.ts';
import { progressBar } from './progress.ts';

const usage = 'usage: npm run import -- FOLDER [--dry-run] [--map OLD=NEW ...] [--collection ID]';

/** Everything that was read from the old service. */
interface Source {
  readonly root: string;
  readonly database: OldDatabase;
  readonly paths: OldPaths;
  readonly plan: readonly PlannedEntry[];
  /** Time in place of those that can't be read: that of the last change of the database's file. */
  readonly fallback: Date;
}

function readArguments() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      map: { type: 'string', multiple: true, default: [] },
      collection: { type: 'string' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) throw new ConfigError(usage);
  const { collection } = values;
  return { folder, isDryRun: values['dry-run'], maps: readPathMaps(values.map), collection };
}

/**
 * Checks that the faces of a collection can be adopted.
 * @throws ConfigError when they can't
 */
function requireCollection({ aws }: Config, collection: string): void {
  if (!aws) {
    throw new ConfigError(
      '--collection takes over faces of Rekognition: set FACE_PROCESSING_BACKEND=aws_rekognition, or leave it out.',
    );
  }
  if (aws.collectionId === collection) return;
  throw new ConfigError(
    `--collection ${collection}: Faces can't leave their collection, so the service has to use it. Set ` +
      `AWS_REKOGNITION_COLLECTION_ID=${collection}, which is ${aws.collectionId} now.`,
  );
}

/** Lists the folders that hold the old service's folders of people. */
function pictureRoots(root: string, paths: OldPaths): string[] {
  if (basename(root) === 'blacklist_db') return [root];
  const found = ['blacklist_db', '/app/blacklist_db']
    .map((path) => paths.folder(path))
    .filter((path) => path);
  return [...new Set(found as string[])];
}

async function withSource<T>(
  folder: string,
  maps: ReturnType<typeof readPathMaps>,
  report: ImportReport,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const root = resolve(folder);
  if (/\.csv$/i.test(root)) throw new ConfigError(`npm run enroll -- ${folder} lists the people of a table.`);
  if (!isFolder(root)) {
    const fault = existsSync(root)
      ? `${root} is no folder: name the one that it is in.`
      : `There is no folder ${root}.`;
    throw new ConfigError(`${fault} ${usage}`);
  }
  const path = oldDatabasePath(root);
  const paths = new OldPaths(root, maps);
  const fallback = new Date(Math.trunc((await stat(path)).mtimeMs));
  await using database = await OldDatabase.open(path);
  const plan = await planEntries(database.entries(), paths, pictureRoots(root, paths), fallback, report);
  return await work({ root, database, paths, plan, fallback });
}

/** Tells what an import would do, without writing anything. */
async function dryRun(
  config: Config,
  { database, paths, plan }: Source,
  report: ImportReport,
  collection: string | undefined,
): Promise<void> {
  const limit = { maxImageBytes: config.maxImageBytes };
  let usable = 0;
  for (const planned of plan) {
    for (const file of await filesOf(planned, paths, report)) {
      try {
        await measureReference(limit, await readPictureFile(file.path, config.maxImageBytes));
        usable += 1;
      } catch (error) {
        if (!isUnusablePicture(error)) throw error;
        report.remarks.push(`${planned.label}, ${file.name}: ${error.message}`);
      }
    }
  }
  await reportConflicts(config, plan, report);
  if (collection !== undefined) await reportAdoptable(config, plan, report);
  console.log(
    `Dry run, nothing was written: ${counted(plan.length, 'person', 'persons')} with ${counted(usable, 'picture')}, and ` +
      `${counted(database.countPictures(), 'processed picture')} would be taken over. Faces are looked for in the run itself.`,
  );
  printRemarks(report);
}

async function reportAdoptable(config: Config, plan: readonly PlannedEntry[], report: ImportReport) {
  const backend = await faces(config);
  try {
    const found = await facesByEntry(backend);
    const ids = new Set(plan.map(({ id }) => id));
    for (const [id, { size }] of found) if (!ids.has(id)) report.remarks.push(unadopted(id, size));
    const adoptable = [...found].filter(([id]) => ids.has(id)).reduce((sum, [, { size }]) => sum + size, 0);
    report.remarks.push(`${counted(adoptable, 'face')} of the collection would be adopted.`);
  } finally {
    await backend.close();
  }
}

function unadopted(id: number, count: number): string {
  const [stays, matches] = count === 1 ? ['stays', 'matches'] : ['stay', 'match'];
  return `collection: ${counted(count, 'face')} of entry ${id} ${stays} there, and ${matches} nobody: no person was taken over with this id.`;
}

async function reportConflicts(config: Config, plan: readonly PlannedEntry[], report: ImportReport) {
  const store = await openPresentRecords(config);
  if (!store) return;
  try {
    for (const { id, label, name, addedDate } of plan) {
      const there = id === undefined ? undefined : await store.getEntry(id);
      if (there && there.addedDate !== addedDate) {
        report.remarks.push(
          `${label}: Another entry, '${there.name}', has the id ${id} here, so this one would get a new id.`,
        );
      }
      const namesake = await store.findEntry(name);
      if (namesake && namesake.addedDate !== addedDate) {
        report.remarks.push(
          `${label}: Entry ${namesake.id} has the same name here, so this one would get a number behind its name.`,
        );
      }
    }
  } finally {
    await store.close();
  }
}

async function importAll(
  config: Config,
  source: Source,
  report: ImportReport,
  collection: string | undefined,
): Promise<void> {
  using _lock = await lockAgainstOthers(config);
  const opened = await ports(config);
  try {
    await normalizeNames(opened);
    const journal = new ImportJournal(config.dataDir);
    const recordsTime = stopwatch();
    const taken = await takeEntries(opened.records, source.plan, journal, report);
    console.log(
      `${counted(report.entriesAdded, 'person', 'persons')} taken over, ${report.entriesPresent} there already (${recordsTime()}).`,
    );
    const people: Person[] = [];
    for (const person of taken) {
      people.push({ ...person, files: await filesOf(person.planned, source.paths, report) });
    }
    const adopted = collection === undefined ? undefined : await adoptableFaces(opened, taken, report);
    const picturesTime = stopwatch();
    await withBar(
      'pictures',
      people.reduce((total, { files }) => total + files.length, 0),
      (advance) => takePictures(opened, people, journal, report, advance, adopted),
    );
    console.log(
      `${counted(report.picturesAdded, 'picture')} enrolled, ${report.picturesPresent} there already (${picturesTime()}).`,
    );
    if (adopted) console.log(`${counted(report.facesAdopted, 'face')} of the collection adopted.`);
    await importHistory(opened, source, taken, journal, report);
  } finally {
    await opened.close();
  }
}

async function importHistory(
  opened: OpenedPorts,
  source: Source,
  taken: readonly TakenEntry[],
  journal: ImportJournal,
  report: ImportReport,
): Promise<void> {
  const time = stopwatch();
  const { maxImageBytes } = opened.faces;
  await withBar('history', source.database.countPictures(), (advance) =>
    takeHistory(opened, { ...source, taken, maxImageBytes }, journal, report, advance),
  );
  console.log(
    `${counted(report.historyAdded, 'processed picture')} taken over, ${report.historyPresent} there already (${time()}).`,
  );
  if (report.historyRenumbered > 0) {
    console.log(
      `${counted(report.historyRenumbered, 'processed picture')} got another db_id: here the ids are 1, 2, 3 … without a gap.`,
    );
  }
}

/** Reads the collection's faces, and tells of those that no person was taken over for. */
async function adoptableFaces(
  opened: OpenedPorts,
  taken: readonly TakenEntry[],
  { remarks }: ImportReport,
): Promise<AdoptedFaces> {
  // With another id, an entry is not the one that the collection names.
  const kept = taken.filter(({ planned, entry }) => planned.id === entry.id);
  const found = await facesByEntry(opened.faces);
  const ids = new Set(kept.map(({ entry }) => entry.id));
  for (const [id, { size }] of found) if (!ids.has(id)) remarks.push(unadopted(id, size));
  return new AdoptedFaces(opened, new Map([...found].filter(([id]) => ids.has(id))));
}

async function withBar(
  task: string,
  total: number,
  work: (advance: () => void) => Promise<void>,
): Promise<void> {
  const bar = progressBar(task, total);
  try {
    await work(() => bar.increment());
  } finally {
    bar.stop();
  }
}

function stopwatch(): () => string {
  const start = performance.now();
  return () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function printRemarks({ remarks, passedOver }: ImportReport): void {
  if (remarks.length > 0)
    console.log(`Left out, or taken otherwise:\n  ${remarks.map(printable).join('\n  ')}`);
  if (passedOver.size > 0)
    console.log(
      `Passed over, for programs make such for themselves:\n  ${[...passedOver].map(printable).join('\n  ')}`,
    );
}

/** Remembers that the folders' people are listed now, so that the server starts with the old settings. */
function rememberFolders(dataDir: string, folders: readonly string[]): void {
  const all = [...new Set([...takenOverFolders(dataDir), ...folders])];
  mkdirSync(dataDir, { recursive: true, mode: folderMode });
  writeFileSync(join(dataDir, takenOverFile), JSON.stringify(all), { mode: 0o600 });
}

async function main(): Promise<void> {
  const { folder, isDryRun, maps, collection } = readArguments();
  const loaded = loadConfig();
  if (collection !== undefined) requireCollection(loaded, collection);
  const lost = unnamedVolumeWarning(loaded.dataDir);
  if (lost !== undefined) console.error(lost);
  const root = resolve(folder);
  const old = loaded.aws ? [] : oldFieldsOf(loaded, root);
  const config = withFoldersInDataDir(loaded, old);
  const report = emptyReport();
  await withSource(folder, maps, report, async (source) => {
    if (isDryRun) return dryRun(config, source, report, collection);
    await importAll(config, source, report, collection);
    printRemarks(report);
    rememberFolders(config.dataDir, [root, ...old.map((field) => loaded[field])]);
  });
}

await runCommand(() => asService('import', main));
