import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeText } from '../../lib/decode-text.ts';
import { foldedName } from '../../lib/names/folded-name.ts';
import { normalName, normalReason } from '../../lib/names/normal-form.ts';
import { planNormalForms } from '../../lib/records/shared/normal-entries.ts';
import { isKnownSystemName, systemFolder } from '../../lib/system-names.ts';
import type { OldEntry } from './old-database.ts';
import { isFolder, type OldPaths } from './old-paths.ts';
import { oldTime } from './old-time.ts';
import type { ImportReport } from './report.ts';

/** A person to take over. */
export interface PlannedEntry {
  /** Name of the person in the journal, the same in every run: a hash. */
  readonly key: string;
  /** Words for the report. */
  readonly label: string;
  /** Id to keep; `undefined` if there was none, or it can't be kept. */
  readonly id: number | undefined;
  readonly name: string;
  readonly reason: string | null;
  /** Time of creation, ISO 8601, UTC. */
  readonly addedDate: string;
  /** Folders with the person's pictures. */
  readonly folders: readonly string[];
  /** Name of the person's folder at the old service, by which its results name the person. */
  readonly folderName: string | undefined;
}

const maxNameCharacters = 100;
/** Later entries get the ids above the largest one, and there must be room for them. */
const largestId = 1e15;

type Remarks = Pick<ImportReport, 'remarks' | 'passedOver'>;
type Draft = { -readonly [Field in keyof PlannedEntry]: PlannedEntry[Field] } & { folders: string[] };

/**
 * Plans the entries: those of the table, and one for each folder of pictures that no row names.
 * @param fallback time of entries whose own can't be read
 */
export async function planEntries(
  rows: readonly OldEntry[],
  paths: OldPaths,
  pictureRoots: readonly string[],
  fallback: Date,
  report: Remarks,
): Promise<PlannedEntry[]> {
  const drafts = rows.map((row) => draftOf(row, fallback, report));
  for (const [index, draft] of drafts.entries())
    placeFolder(draft, rows[index] as OldEntry, paths, pictureRoots);
  await addUnnamedFolders(drafts, pictureRoots, paths, report);
  for (const [index, draft] of drafts.entries()) {
    if (draft.folders.length === 0) reportMissing(draft, rows[index], paths, report);
  }
  return withNormalNames(drafts, report);
}

function draftOf(row: OldEntry, fallback: Date, { remarks }: Remarks): Draft {
  const id = Number(row.id);
  const isKept = Number.isSafeInteger(id) && id >= 1 && id <= largestId;
  const label = `entry ${row.id} '${row.name ?? ''}'`;
  if (!isKept)
    remarks.push(`${label}: Its id is no whole number from 1 to ${largestId}, so it gets a new one.`);
  const time = oldTime(row.added_date);
  const isFuture = time !== undefined && time.getTime() > Date.now();
  if (!time) {
    remarks.push(
      `${label}: Its date '${row.added_date ?? ''}' can't be read; ${fallback.toISOString()}, the database's own, takes its place.`,
    );
  } else if (isFuture) {
    remarks.push(
      `${label}: Its date ${time.toISOString()} is in the future; ${fallback.toISOString()}, the database's own, takes its place.`,
    );
  }
  return {
    key: keyOf('row', row.id, row.name, row.added_date),
    label,
    id: isKept ? id : undefined,
    name: row.name ?? '',
    reason: row.reason === null ? null : normalReason(row.reason) || null,
    addedDate: (isFuture || !time ? fallback : time).toISOString(),
    folders: [],
    folderName: row.reference_image_dir ? lastName(row.reference_image_dir) : undefined,
  };
}

function keyOf(...parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function lastName(path: string): string {
  return basename(path.replaceAll('\\', '/'));
}

/** Finds the folder that a row names. Without one, a folder of its id is the person's. */
function placeFolder(draft: Draft, row: OldEntry, paths: OldPaths, roots: readonly string[]): void {
  const named = row.reference_image_dir === null ? undefined : paths.folder(row.reference_image_dir);
  const byId = roots
    .map((root) => join(root, String(row.id)))
    .find((path) => isFolder(path) && paths.contains(path));
  const found = named ?? byId;
  // A path that leads to the folder of all people would give one person everybody's pictures.
  const isRoot = found !== undefined && roots.some((root) => isSameOrAbove(found, root));
  if (found !== undefined && !isRoot) draft.folders.push(found);
}

function isSameOrAbove(folder: string, other: string): boolean {
  const [above, below] = [realpathSync(folder), realpathSync(other)];
  return below === above || below.startsWith(`${above}/`);
}

/**
 * Gives each folder that no row names to the person of its name, or to a new entry. Operators have put them
 * there by hand, and the old service matched them too.
 */
async function addUnnamedFolders(
  drafts: Draft[],
  roots: readonly string[],
  paths: OldPaths,
  report: Remarks,
): Promise<void> {
  const used = new Set(
    drafts.flatMap(({ folders }) => folders.flatMap((folder) => withFoldersAbove(realpathSync(folder)))),
  );
  for (const root of roots) {
    const items = await readdir(root, { withFileTypes: true, encoding: 'buffer' });
    for (const item of items.toSorted((one, other) => Buffer.compare(one.name, other.name))) {
      const written = decodeText(item.name);
      const path = join(root, item.name.toString());
      const isDirectory = item.isDirectory() || (item.isSymbolicLink() && isFolder(path));
      const system = isDirectory ? systemFolder(written) : undefined;
      if (system || (!isDirectory && isKnownSystemName(written)))
        report.passedOver.add(system?.label ?? written);
      else if (!isDirectory) reportLooseFile(written, report);
      else if (!statSync(path, { throwIfNoEntry: false }))
        report.remarks.push(
          `folder '${written}': Its name is not UTF-8. Rename it, and run the import again.`,
        );
      else if (!paths.contains(path))
        report.remarks.push(`folder '${written}': It is a link out of the folders given, and is left out.`);
      else if (!used.has(realpathSync(path))) addFolder(drafts, path, written, report);
    }
  }
}

/** Lists a path and all folders above it. */
function withFoldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...withFoldersAbove(above)];
}

function reportLooseFile(name: string, { remarks, passedOver }: Remarks): void {
  if (/\.pkl$/i.test(name)) passedOver.add('embeddings of DeepFace (*.pkl)');
  else if (name.startsWith('.')) passedOver.add('files whose names begin with "."');
  else remarks.push(`${name}: It is in no person's folder, so nobody knows whom it shows.`);
}

function addFolder(drafts: Draft[], path: string, written: string, { remarks }: Remarks): void {
  const name = normalName(written);
  const namesake = drafts.find((draft) => normalName(draft.name) === name);
  if (namesake) {
    namesake.folders.push(path);
    remarks.push(
      `${namesake.label}: The folder '${written}' has the same name, so its pictures are this person's.`,
    );
    return;
  }
  const label = `folder '${written}'`;
  remarks.push(`${label}: No row of the database names it. It becomes an entry of that name.`);
  drafts.push({
    key: keyOf('folder', name),
    label,
    id: undefined,
    name,
    reason: null,
    addedDate: new Date(Math.trunc(statSync(path).mtimeMs)).toISOString(),
    folders: [path],
    folderName: written,
  });
}

function reportMissing(draft: Draft, row: OldEntry | undefined, paths: OldPaths, { remarks }: Remarks): void {
  const named = row?.reference_image_dir;
  const where = named
    ? `${named} leads to no folder of this person's own`
    : 'The database names no folder of pictures';
  remarks.push(
    `${draft.label}: ${where}. The entry is kept without faces, and matches nobody.${named ? paths.adviceOn(named) : ''}`,
  );
}

/** Brings all names to their normal form, and tells which changed or look alike. */
function withNormalNames(drafts: readonly Draft[], { remarks }: Remarks): PlannedEntry[] {
  const shortened = drafts.map((draft) => ({ ...draft, name: shortName(draft, remarks) }));
  // The oldest keeps its name, so those without an id come last.
  const numbered = shortened.map(({ id, ...draft }, index) => ({
    ...draft,
    id: id ?? Number.MAX_SAFE_INTEGER - shortened.length + index,
    status: 'ACTIVE' as const,
  }));
  const labels = new Map(numbered.map(({ id, label }) => [id, label]));
  const changes = new Map(planNormalForms(numbered).map((change) => [change.entryId, change]));
  const byName = new Map<string, string>();
  return numbered.map(({ id, status: _, ...draft }, index) => {
    const change = changes.get(id);
    const name = change?.name ?? draft.name;
    if (change?.sameNameAs !== undefined) {
      remarks.push(
        `${draft.label}: Its name is that of ${labels.get(change.sameNameAs)} in normal form, so this one is called '${name}'.`,
      );
    } else if (name !== drafts[index]?.name) {
      remarks.push(`${draft.label}: Its name is '${name}' in normal form.`);
    }
    const folded = foldedName(name);
    const alike = byName.get(folded);
    if (alike === undefined) byName.set(folded, draft.label);
    else
      remarks.push(
        `${draft.label}: Its name differs from that of ${alike} only in case or accents. Both are kept.`,
      );
    return { ...draft, name, id: drafts[index]?.id };
  });
}

function shortName({ name, label }: Draft, remarks: string[]): string {
  const characters = [...normalName(name)];
  if (characters.length <= maxNameCharacters) return name;
  remarks.push(
    `${label}: Its name has ${characters.length} characters; the first ${maxNameCharacters} are kept.`,
  );
  return characters.slice(0, maxNameCharacters).join('').trim();
}
