import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../../../lib/config.ts';
import { openFileSystemImages } from '../../../lib/images/filesystem.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { takeHistory } from '../../../local/import/history.ts';
import { ImportJournal } from '../../../local/import/journal.ts';
import { OldDatabase } from '../../../local/import/old-database.ts';
import { OldPaths, readPathMaps } from '../../../local/import/old-paths.ts';
import { filesOfFolder } from '../../../local/import/person-files.ts';
import { planEntries } from '../../../local/import/plan.ts';
import { emptyReport } from '../../../local/import/report.ts';

let folder: string;
let old: string;
let outside: string;
const fallback = new Date('2024-01-01T00:00:00Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  [old, outside] = [join(folder, 'old'), join(folder, 'old-outside')];
  for (const path of [join(old, 'blacklist_db', '1'), join(old, 'out'), join(outside, 'people')]) {
    await mkdir(path, { recursive: true });
  }
  const picture = await sharp({ create: { width: 60, height: 60, channels: 3, background: 'gray' } })
    .jpeg()
    .withExif({ IFD0: { Copyright: 'Somebody Secret' }, IFD3: { GPSLatitude: '51/1 30/1 3230/100' } })
    .toBuffer();
  for (const path of [
    join(outside, 'secret.jpg'),
    join(outside, 'people', 'b.jpg'),
    join(old, 'out', 'a.jpg'),
  ]) {
    await writeFile(path, picture);
  }
  await writeFile(join(old, 'blacklist_db', '1', 'own.jpg'), picture);
  await symlink(join(outside, 'secret.jpg'), join(old, 'blacklist_db', '1', 'link.jpg'));
  await symlink('own.jpg', join(old, 'blacklist_db', '1', 'own-link.jpg'));
  await symlink(join(outside, 'people'), join(old, 'blacklist_db', 'Linked'));
  await symlink(outside, join(old, 'linked'));
  await symlink(join(outside, 'people'), join(old, 'blacklist_db', '7'));
});
afterAll(() => rm(folder, { recursive: true }));

test('paths of the old database lead nowhere but into the folders given', () => {
  const paths = new OldPaths(old, []);
  expect(paths.file('/app/out/a.jpg')).toBe(join(old, 'out', 'a.jpg'));
  expect(paths.file(join(old, 'out', 'a.jpg'))).toBe(join(old, 'out', 'a.jpg'));
  for (const path of [
    join(outside, 'secret.jpg'),
    'linked/secret.jpg',
    '/etc/hostname',
    '../old-outside/secret.jpg',
  ]) {
    expect([path, paths.file(path)]).toEqual([path, undefined]);
  }
  for (const path of [outside, 'linked', 'linked/people', '/etc', '/']) {
    expect([path, paths.folder(path)]).toEqual([path, undefined]);
  }
  expect(paths.adviceOn(join(outside, 'secret.jpg'))).toContain('--map OLD=NEW');
  expect(paths.adviceOn('/app/nowhere.jpg')).toBe('');
  const allowed = new OldPaths(old, [{ from: outside, to: outside }]);
  expect(allowed.file(join(outside, 'secret.jpg'))).toBe(join(outside, 'secret.jpg'));
  expect(allowed.folder('linked/people')).toBe(join(old, 'linked', 'people'));
});

test('an id that would leave no room for those of later entries is not kept, and the report says so', async () => {
  const report = emptyReport();
  const rows = ['9007199254740991', '1000000000000001', '1000000000000000', '0', '-4', '12'].map((id) => ({
    id,
    name: `Person ${id}`,
    reason: null,
    added_date: '2023-01-01 00:00:00',
    reference_image_dir: null,
  }));
  const entries = await planEntries(rows, new OldPaths(old, []), [], fallback, report);
  expect(entries.map(({ id }) => id)).toEqual([undefined, undefined, 1e15, undefined, undefined, 12]);
  const told = report.remarks.filter((remark) =>
    /from 1 to 1000000000000000, so it gets a new one/.test(remark),
  );
  expect(told).toHaveLength(4);
});

test('links out of the folders given give nobody pictures, and each is told of', async () => {
  const paths = new OldPaths(old, []);
  const report = emptyReport();
  const files = await filesOfFolder(join(old, 'blacklist_db', '1'), paths, report);
  expect(files.map(({ name }) => name)).toEqual(['own-link.jpg', 'own.jpg']);
  const row = { name: 'A', reason: null, added_date: '2999-01-01 00:00:00' };
  const rows = [
    { id: '6', ...row, reference_image_dir: join(outside, 'people') },
    { id: '7', ...row, name: 'B', reference_image_dir: null },
    { id: '8', ...row, name: 'C', reference_image_dir: 'blacklist_db/1', added_date: '0000-00-00 00:00:00' },
  ];
  const roots = [join(old, 'blacklist_db')];
  const plan = await planEntries(rows, paths, roots, fallback, report);
  expect(plan.map(({ name, folders, addedDate }) => [name, folders.length, addedDate])).toEqual(
    ['A', 'B', 'C'].map((name) => [name, name === 'C' ? 1 : 0, fallback.toISOString()]),
  );
  expect(report.remarks).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^link\.jpg: It is a link to nothing in the folders given/),
      expect.stringMatching(/^entry 6 'A': Its date 2999-.* is in the future; 2024-01-01/),
      expect.stringMatching(/^entry 6 'A': .* leads to no folder .*--map OLD=NEW lets it be read/),
      expect.stringMatching(/^folder 'Linked': It is a link out of the folders given/),
    ]),
  );
});

test('pictures of the history lose their metadata, and a time in the future becomes the one before', async () => {
  const path = join(old, 'blacklist.db');
  const written = new DatabaseSync(path);
  written.exec(`CREATE TABLE blacklist (id INTEGER, name TEXT, reason TEXT, reference_image_dir TEXT, added_date TEXT);
    CREATE TABLE processed_images (id INTEGER, input_identifier TEXT, saved_image_path TEXT, processing_timestamp TEXT,
      has_blacklist_match INTEGER, result_json TEXT, cropped_face_path TEXT);
    INSERT INTO processed_images VALUES (1, 'a', 'out/a.jpg', '2023-01-01T00:00:00', 0, '{"faces":[]}', 'out/a.jpg'),
      (2, 'b', '${join(outside, 'secret.jpg')}', '2999-01-01T00:00:00', 0, '{"faces":[]}', ' ')`);
  written.close();
  await utimes(path, fallback, fallback);
  await using database = await OldDatabase.open(path);
  const records = openSqliteRecords(await openDatabase(join(folder, 'data', 'records.sqlite')));
  const kept = (name: string) => join(folder, 'data', name);
  const images = openFileSystemImages({
    blacklist: kept('blacklist'),
    processed: kept('processed'),
    cropped: kept('cropped'),
  });
  const report = emptyReport();
  const source = { database, paths: new OldPaths(old, []), taken: [], fallback, maxImageBytes: 1_000_000 };
  const journal = new ImportJournal(join(folder, 'data'));
  await takeHistory({ records, images }, source, journal, report, () => {});
  const { items } = await records.listProcessed({ limit: 10, offset: 0 });
  expect(items.map(({ saved_image_path }) => saved_image_path !== null)).toEqual([false, true]);
  for (const { processing_timestamp } of items) expect(processing_timestamp).toMatch(/^2023-01-01/);
  const keys = (
    await Promise.all(
      (['processed/', 'cropped/'] as const).map((prefix) => Array.fromAsync(images.list(prefix))),
    )
  ).flat();
  expect(keys).toHaveLength(2);
  for (const { key } of keys) {
    const stored = Buffer.from((await images.get(key)) ?? []);
    expect(stored.length).toBeGreaterThan(100);
    expect((await sharp(stored).metadata()).exif).toBeUndefined();
    expect(stored.includes('Somebody Secret')).toBe(false);
  }
  expect(report.remarks).toEqual([
    expect.stringMatching(/^processed picture 2: Its time '2999-.*' is in the future/),
    expect.stringMatching(/^processed picture 2: .* is not there\. .*--map OLD=NEW lets it be read/),
  ]);
  await records.close();
});

test.each([
  ['x', "--map takes OLD=NEW, such as /app=/srv/old, not 'x'."],
  ['/app=/no/such', '--map /app=/no/such: there is no folder /no/such.'],
])('a map %s is refused, and what is wrong is told', (text, message) => {
  expect(() => readPathMaps([text])).toThrow(new ConfigError(message));
});
