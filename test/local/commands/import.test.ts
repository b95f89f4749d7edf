import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Rekognition } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareFaces } from '../../../lib/blacklist/compare-faces.ts';
import { removeEntryEverywhere } from '../../../lib/blacklist/remove.ts';
import { parseConfig } from '../../../lib/config.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import { measurePicture } from '../../../lib/inputs/measure.ts';
import { ports } from '../../../lib/wiring/open.ts';
import { connectOverHttp } from '../../api/connections.ts';
import { sample } from '../../api/pictures.ts';
import {
  ServerProcess,
  type Settings,
  startServerProcess,
  temporaryFolder,
} from '../../api/server-process.ts';
import { aws } from '../../blacklist/deployments.ts';
import { childEnvironment } from '../../child-environment.ts';
import { ApiClient } from '../../suites/api/client.ts';
import { contentsOf, makeOldService, rowCount } from '../import/old-service.ts';

const personCount = rowCount + 1;

function start(folder: string, settings: Settings, ...options: string[]) {
  const program = join(import.meta.dirname, '../../../local/commands/import.ts');
  return spawn(process.execPath, [program, folder, ...options], {
    cwd: settings.DATA_DIR,
    env: { ...childEnvironment, ENGINE_WORKERS: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the command as its users do, and waits for its end. */
async function run(folder: string, settings: Settings, ...options: string[]) {
  const child = start(folder, settings, ...options);
  const [[code], output, errors] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, output, errors };
}

async function pictureOf(bytes: Buffer) {
  return decodePicture(await measurePicture(bytes));
}

/** Times differ between runs. */
const withoutTimes = (output: string) => output.replaceAll(/ \(\d+\.\d s\)/g, '');

describe('npm run import with the old service’s own settings', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let old: string;
  let settings: Settings;
  let before: string[];
  beforeAll(async () => {
    folder = await temporaryFolder();
    old = join(folder.path, 'old');
    await mkdir(old);
    await mkdir(join(folder.path, 'data'));
    await makeOldService(old);
    before = await contentsOf(old);
    settings = {
      DATA_DIR: join(folder.path, 'data'),
      FACE_PROCESSING_BACKEND: 'deepface',
      DETECTOR_BACKEND: 'mtcnn',
      MODEL_NAME: 'VGG-Face',
      DETECTION_CONFIDENCE_THRESHOLD: '0.95',
      BLACKLIST_CONFIDENCE_THRESHOLD: '0.95',
      BLACKLIST_DB_PATH: join(old, 'blacklist_db'),
      PROCESSED_IMAGES_OUTPUT_DIR: join(old, 'processed_images'),
      CROPPED_FACES_OUTPUT_DIR: join(old, 'cropped'),
    };
  });
  afterAll(() => folder.remove());

  test('a dry run tells everything and writes nothing', async () => {
    const { DATA_DIR = '' } = settings;
    const there = await readdir(DATA_DIR);
    const { code, output } = await run(old, settings, '--dry-run');
    expect(code).toBe(0);
    expect(output).toContain(
      `${personCount} persons with 5 pictures, and 5 processed pictures would be taken over`,
    );
    expect(output).toContain("folder 'By Hand': No row of the database names it");
    expect(await readdir(DATA_DIR)).toEqual(there);
    expect(await contentsOf(old)).toEqual(before);
  });

  test('the server does not start with an empty list, and names the command', async () => {
    const { DATA_DIR = '' } = settings;
    const { code, errors } = await new ServerProcess(DATA_DIR, settings).exit;
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringContaining(`npm run import -- ${old}. `),
    });
  });

  test('killed while it lists people, and while it enrolls them, it goes on, and takes nobody twice', async () => {
    const { DATA_DIR = '' } = settings;
    const first = start(old, settings);
    const watcher = watch(DATA_DIR);
    for await (const [, name] of changesOf(watcher)) if (name === 'import-journal') break;
    first.kill('SIGKILL');
    watcher.close();
    if (first.exitCode === null && first.signalCode === null) await once(first, 'exit');

    const second = start(old, settings);
    await once(second.stdout, 'data');
    second.kill('SIGKILL');
    await once(second, 'exit');

    const third = await run(old, settings);
    expect(third.code).toBe(0);
    expect(third.output).toMatch(new RegExp(`^0 persons taken over, ${personCount} there already`));
    expect(await contentsOf(old)).toEqual(before);
  });

  test('then the server starts with these settings, and clients notice nothing', async () => {
    const { DATA_DIR = '' } = settings;
    await using server = await startServerProcess(DATA_DIR, settings);
    const api = new ApiClient(connectOverHttp(server.url));
    const answered = [
      'BLACKLIST_DB_PATH, PROCESSED_IMAGES_OUTPUT_DIR, CROPPED_FACES_OUTPUT_DIR',
      'BLACKLIST_CONFIDENCE_THRESHOLD does nothing',
      'DETECTOR_BACKEND=mtcnn is not',
      'DETECTION_CONFIDENCE_THRESHOLD=0.95 is on',
      'MODEL_NAME=VGG-Face is not',
    ].map((words) => server.process.line(({ msg }) => msg.startsWith(words)));
    expect((await Promise.all(answered)).map(({ level }) => level)).toEqual(Array(5).fill('warn'));
    const entries = await api.entries();
    expect(entries).toHaveLength(personCount);
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    expect(byId.get(3)).toMatchObject({
      name: 'Jane Roe',
      reason: 'Banned.\nFor life.',
      added_date: '2022-02-02T02:02:02.000Z',
      image_count: 1,
    });
    expect(byId.get(32)?.added_date).toBe('2022-12-31T23:00:00.000Z');
    expect(byId.get(9001)).toMatchObject({ name: 'By Hand', image_count: 1 });
    expect(entries.filter(({ image_count }) => image_count > 0).map(({ id }) => id)).toEqual([3, 7, 9001]);

    const { faces } = await api.process(await sample(1));
    expect(faces).toHaveLength(3);
    expect(faces.flatMap((face) => face.blacklist_matches.map(({ entry }) => entry.name))).toEqual([
      'Jane Roe',
    ]);
    const history = await api.page('?limit=100&offset=1');
    expect(history.items.map((item) => [item.db_id, item.processing_timestamp])).toEqual([
      [5, '2024-01-01T10:04:00.500Z'],
      [4, '2024-01-01T10:03:00.500Z'],
      [3, '2024-01-01T10:03:00.500Z'],
      [2, '2024-01-01T10:02:00.500Z'],
      [1, '2024-01-01T10:01:00.500Z'],
    ]);
    const matched = history.items.map((item) =>
      item.faces.flatMap((face) => face.blacklist_matches.map(({ entry }) => `${entry.id} ${entry.name}`)),
    );
    expect(matched).toEqual([['7 A Group'], ['0 Deleted entry 10'], [], [], ['3 Jane Roe']]);
    await api.close();
  });

  test('run again, it adds nothing, not even who was deleted since, and tells with its reason what was taken otherwise', async () => {
    const opened = await ports(parseConfig({ DATA_DIR: settings.DATA_DIR, ENGINE_WORKERS: '1' }));
    try {
      await opened.records.markEntryDeleting(50);
      await opened.records.removeEntry(50);
    } finally {
      await opened.close();
    }
    const { output } = await run(old, settings);
    expect(output).toContain(
      "entry 50 'Person 50': It was deleted here since an earlier run, and is not made again.",
    );
    expect(withoutTimes(output).split('\n').slice(0, 3)).toEqual([
      `0 persons taken over, ${personCount - 1} there already.`,
      '0 pictures enrolled, 3 there already.',
      '0 processed pictures taken over, 5 there already.',
    ]);
    const lines = output.split('\n').map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^entry 30 'No Date': Its date '' can't be read; /),
        expect.stringMatching(/^entry 31 'Wrong Date': Its date '2023-02-30 00:00:00' can't be read; /),
        "entry 20 'JANE ROE': Its name differs from that of entry 3 'Jane Roe' only in case or accents. Both are kept.",
        "entry 22 'Zoé Doe': Its name is that of entry 21 '  Zoe\u0301   Doe ' in normal form, so this one is called 'Zoé Doe (2)'.",
        "entry 40 'Missing Folder': /app/blacklist_db/40 leads to no folder of this person's own. The entry is kept without faces, and matches nobody.",
        "entry 41 'Everybody': /app/blacklist_db leads to no folder of this person's own. The entry is kept without faces, and matches nobody. It lies outside of the folder given: --map OLD=NEW lets it be read.",
        "entry 42 'Outside': ../../etc leads to no folder of this person's own. The entry is kept without faces, and matches nobody.",
        "entry 11 'Nobody', nothing.jpg: No face was found in it.",
        "entry 11 'Nobody': No picture can be used. The entry is kept without faces, and matches nobody.",
        "entry 3 'Jane Roe', notes.txt: The picture is not in a format that is taken: JPEG, PNG, WebP or GIF.",
        "loose.jpg: It is in no person's folder, so nobody knows whom it shows.",
      ]),
    );
  });
});

async function* changesOf(watcher: ReturnType<typeof watch>): AsyncGenerator<[string, string | null]> {
  for (;;) yield (await once(watcher, 'change')) as [string, string | null];
}

describe('npm run import', () => {
  test('takes people, history and faces into AWS, beside entries that have their ids and names already', async () => {
    await using cloud = await aws();
    const old = join(cloud.folder, 'old');
    await mkdir(old);
    const count = 50;
    await makeOldService(old, count);
    const { AWS_REKOGNITION_COLLECTION_ID: CollectionId = '' } = cloud.settings;
    const opened = await ports(parseConfig(cloud.settings));
    const rekognition = new Rekognition({});
    const index = async (ExternalImageId: string, picture: Buffer) => {
      const options = { CollectionId, ExternalImageId, MaxFaces: 1, Image: { Bytes: picture } };
      return (await rekognition.indexFaces(options)).FaceRecords?.[0]?.Face?.FaceId ?? '';
    };
    const indexed = async () =>
      ((await rekognition.listFaces({ CollectionId })).Faces ?? []).map(({ FaceId }) => FaceId);
    try {
      const { id } = await opened.records.createEntry({ name: 'Jane Roe', reason: 'Another one.' });
      await opened.records.activateEntry(id);
      await rekognition.createCollection({ CollectionId });
      // The folder of the entry 40 is lost, and nobody has the other names.
      const lost = await index('40', await sample(6, 720));
      const others = [await index('12345', await sample(3)), await index('someone', await sample(3))];
      const first = await run(old, cloud.settings, '--collection', CollectionId);
      expect(first).toMatchObject({ code: 0, errors: '' });
      expect(first.output).toContain(
        "entry 1 'Person 1': Another entry, 'Jane Roe', has the id 1 here, so this one gets a new id.",
      );
      expect(first.output).toContain(
        "entry 3 'Jane Roe': Another entry is called 'Jane Roe' here, so this one is called 'Jane Roe (2)'.",
      );
      expect(first.output).toContain('1 face of the collection adopted.');
      expect(first.output).toContain(
        'collection: 1 face of entry 12345 stays there, and matches nobody: no person was taken over with this id.',
      );
      const second = await run(old, cloud.settings, '--collection', CollectionId);
      expect(withoutTimes(second.output).split('\n').slice(0, 4)).toEqual([
        `0 persons taken over, ${count + 1} there already.`,
        '0 pictures enrolled, 3 there already.',
        '0 faces of the collection adopted.',
        '0 processed pictures taken over, 5 there already.',
      ]);
      expect(second.output).toContain(
        "entry 40 'Missing Folder': 1 face of the collection is there without a picture.",
      );
      expect(await opened.records.listImages(40)).toMatchObject([{ id: lost, status: 'ACTIVE', file: null }]);
      const { faces } = await opened.faces.match(await pictureOf(await sample(6, 720)), {});
      expect(faces.flatMap(({ matches }) => matches.map(({ imageId }) => imageId))).toContain(lost);

      // The sweep leaves the faces of others alone, and a deletion takes one that was adopted.
      const { strays, current } = await compareFaces(opened);
      expect(strays).toEqual([]);
      expect([...current]).toContain(lost);
      await removeEntryEverywhere(opened, 40);
      expect(await indexed()).toEqual(expect.arrayContaining(others));
      expect(await indexed()).not.toContain(lost);
      const entries = await opened.records.listEntries('ACTIVE');
      expect(entries).toHaveLength(count + 1);
      expect(entries.find((entry) => entry.id === 1)?.reason).toBe('Another one.');
      expect(entries.filter(({ name }) => name === 'Person 1').map((entry) => entry.id > 9000)).toEqual([
        true,
      ]);
      expect(entries.find((entry) => entry.id === 3)).toMatchObject({ name: 'Jane Roe (2)', imageCount: 1 });
      const { total, items } = await opened.records.listProcessed({ limit: 1, offset: 4 });
      expect(total).toBe(5);
      expect(items[0]).toMatchObject({
        processing_timestamp: '2024-01-01T10:01:00.500Z',
        saved_image_path: expect.stringMatching(/^s3:\/\//),
      });
    } finally {
      await opened.close();
      rekognition.destroy();
    }
  }, 300_000);

  test('refuses a collection that the settings do not use', async () => {
    await using data = await temporaryFolder();
    const settings = {
      DATA_DIR: data.path,
      FACE_PROCESSING_BACKEND: 'aws_rekognition',
      AWS_REGION: 'eu-west-1',
      AWS_S3_BUCKET_NAME: 'pictures',
      AWS_REKOGNITION_COLLECTION_ID: 'new-faces',
    };
    const { code, errors } = await run(import.meta.dirname, settings, '--collection', 'old-faces');
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringContaining('Set AWS_REKOGNITION_COLLECTION_ID=old-faces, which is new-faces now.'),
    });
  });

  test.each([
    [['/no/such/folder'], 'There is no folder /no/such/folder.'],
    [[import.meta.filename], 'import.test.ts is no folder: name the one that it is in.'],
    [
      [import.meta.dirname, '--collection', 'faces'],
      '--collection takes over faces of Rekognition: set FACE_PROCESSING_BACKEND=aws_rekognition, or leave it out.',
    ],
  ])('called with %j, it says what is wrong', async ([folder = '', ...options], message) => {
    await using data = await temporaryFolder();
    const { code, output, errors } = await run(folder, { DATA_DIR: data.path }, ...options);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors.trim().split('\n')).toEqual([expect.stringContaining(message)]);
    expect(await readdir(data.path)).toEqual([]);
  });
});
