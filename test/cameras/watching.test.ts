import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { CameraEntry } from '../../lib/cameras/settings.ts';
import { parseConfig } from '../../lib/config.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { openOutbox } from '../../lib/wiring/adapters.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { type Passage, watchCameras } from '../../local/cameras.ts';
import { peopleFilm, referencePicture } from './people-film.ts';
import { ffmpeg } from './rtsp-camera.ts';

let folder: string;
let film: string;
let opened: OpenedPorts;

const config = () => parseConfig({ DATA_DIR: join(folder, 'data'), ENGINE_WORKERS: '1' });
let used: ReturnType<typeof config>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watching-'));
  film = join(folder, 'people.mp4');
  const making = peopleFilm(
    film,
    [
      { head: 'listed', from: 1, until: 4, start: [150, 250, 130], end: [450, 270, 220] },
      { head: 'stranger', from: 1.5, until: 5, start: [850, 250, 130], end: [650, 270, 220] },
      { head: 'listed', from: 16, until: 18.5, start: [700, 250, 150], end: [500, 270, 220] },
    ],
    { seconds: 20 },
  );
  used = config();
  opened = await ports(used);
  const bytes = await readFile(referencePicture);
  await createEntry(opened, { name: 'Jane Roe', reason: null }, [{ fileName: 'jane.jpg', bytes }]);
  await making;
});

afterAll(async () => {
  await opened?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Watches a film once, as a process that has just started does; returns who passed. */
async function watch(film: string): Promise<Passage[]> {
  const passages: Passage[] = [];
  const camera = CameraEntry.parse({ name: 'door', url: film });
  const outbox = await openOutbox(used);
  const onPassage = (passage: Passage) => passages.push(passage);
  const { run } = await watchCameras({ ...opened, outbox, onPassage }, used, [camera]);
  await run(new AbortController().signal);
  return passages;
}

test('a listed person is told once, each passage has a record, and nothing is kept of a stranger', async () => {
  const outbox = await openOutbox(used);
  const [receiver] = (await outbox?.setReceivers(['http://127.0.0.1:9/hook'])) ?? [];
  if (!outbox || !receiver) throw new Error('There is no outbox.');

  const passages = await watch(film);
  expect(passages.filter(({ sighting }) => sighting)).toHaveLength(2);
  expect(passages.filter(({ sighting }) => !sighting).length).toBeGreaterThanOrEqual(1);

  const { items, total } = await opened.records.listProcessed({ source: 'door', limit: 10, offset: 0 });
  expect(total).toBe(2);
  const [second, first] = items;
  expect(first).toMatchObject({ camera: 'door', has_blacklist_match: true, track: { suppressed: false } });
  expect(second).toMatchObject({ camera: 'door', has_blacklist_match: true, track: { suppressed: true } });
  expect(first?.track?.id).not.toBe(second?.track?.id);
  expect(first?.track?.matched_looks).toBeGreaterThanOrEqual(1);
  expect(Date.parse(first?.track?.last_seen ?? '')).toBeGreaterThan(
    Date.parse(first?.track?.first_seen ?? ''),
  );
  const due = outbox.due(receiver.id, 10);
  expect(due.map(({ processedId }) => processedId)).toEqual([first?.db_id]);
  expect(await outbox.event(Number(first?.db_id))).toMatchObject({
    data: {
      source: 'door',
      camera: 'door',
      track: { id: first?.track?.id },
      entries: [{ name: 'Jane Roe' }],
    },
  });

  const files = globSync(join(folder, 'data/{processed,cropped}/**/*.jpg'));
  expect(files).toHaveLength(6);
  for (const file of files) {
    const { faces } = await opened.faces.match(await decodePicture(await readFile(file)), {});
    expect(faces.map(({ matches }) => matches.length > 0)).toEqual([true]);
  }

  // The cool-down outlives a restart: it is read from the records.
  const beginning = join(folder, 'beginning.mp4');
  await ffmpeg('-i', film, '-t', '6', '-c', 'copy', beginning);
  await watch(beginning);
  expect(outbox.due(receiver.id, 10)).toHaveLength(1);
  const again = await opened.records.listProcessed({ source: 'door', limit: 10, offset: 0 });
  expect(again.items.map(({ track }) => track?.suppressed)).toEqual([true, true, false]);
});
