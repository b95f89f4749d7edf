/**
 * Measures on one machine the cost of accountability. A picture is processed with and without audit trail,
 * review band and look-back, in turns. An erasure is measured beside a deletion that keeps the history. It
 * prints its figures, and saves nothing.
 *
 * usage: npm run bench -- accountability [ROUNDS]
 */
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { parseConfig } from '../../lib/config.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { PictureSlots } from '../../lib/inputs/picture-slots.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { cropFace } from '../../lib/processing/render.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { openDatabase, recordsFile } from '../../lib/records/sqlite/database.ts';
import { openEmbedded } from '../../lib/wiring/embedded.ts';
import { sampleFolder } from '../../local/models/packages.ts';
import { median } from '../accuracy/measures.ts';
import { parseOptions } from '../options.ts';
import { historyAnswer } from './history-answer.ts';
import { timed } from './service.ts';

const defaultRounds = 40;
const erasures = 20;
/** Records of the history in which an erased person is. */
const recordsOfPerson = 50;

const defaults = parseConfig({});
const variants = {
  baseline: { audit: false, reviewBand: 1, lookBackDays: 0 },
  'audit trail': { audit: true, reviewBand: 1, lookBackDays: 0 },
  'review band': { audit: false, reviewBand: 10, lookBackDays: 0 },
  'look-back': { audit: false, reviewBand: 1, lookBackDays: 7 },
  'all three': { audit: true, reviewBand: 10, lookBackDays: 7 },
} as const;
type Variant = keyof typeof variants;

const addLines = SqliteAudit.prototype.add;

/** Writes lines of the audit trail or leaves them out, which no setting can do. */
function setAudit(isOn: boolean): void {
  SqliteAudit.prototype.add = isOn ? addLines : () => {};
}

async function open(dataDir: string) {
  const config = parseConfig({ DATA_DIR: dataDir, LOOK_BACK_DAYS: '7', ENGINE_WORKERS: '1' });
  const embedded = await openEmbedded(config, await openDatabase(recordsFile(config)));
  const inputs = createInputReader({ imageRoot: dataDir, maxImageBytes: config.maxImageBytes });
  const pictureSlots = new PictureSlots({ atOnce: 2, memoryBytes: config.pictureMemoryBytes });
  return { ...embedded, inputs, pictureSlots };
}
type Opened = Awaited<ReturnType<typeof open>>;

/** Measures milliseconds, and those of CPU on all threads: other programs delay only the first. */
async function measured(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const before = process.cpuUsage();
  const wall = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000 };
}

/** Processes one picture in every variant, round after round, so that all meet the same load. */
async function measurePictures(ports: Opened, rounds: number): Promise<void> {
  const images = [(await readFile(join(sampleFolder, 'sample6.jpg'))).toString('base64')];
  const names = Object.keys(variants) as Variant[];
  const times = new Map(names.map((name) => [name, { wall: [] as number[], cpu: [] as number[] }]));
  for (let round = -2; round < rounds; round += 1) {
    // Each is first, second … as often as the others.
    for (const [place] of names.entries()) {
      const name = names[(place + round + names.length) % names.length] ?? 'baseline';
      const { audit, ...settings } = variants[name];
      setAudit(audit);
      const request = ProcessImagesRequest.parse({ images });
      const { wall, cpu } = await measured(() => processImages(ports, { ...defaults, ...settings }, request));
      // The first rounds warm up.
      if (round < 0) continue;
      times.get(name)?.wall.push(wall);
      times.get(name)?.cpu.push(cpu);
    }
  }
  setAudit(true);
  const baseline = median(times.get('baseline')?.cpu ?? []);
  console.log(`A processed picture, ${rounds} rounds (goal: 1.1 times the baseline at most):`);
  console.table(
    [...times].map(([name, { wall, cpu }]) => ({
      with: name,
      'median, ms': Number(median(wall).toFixed(1)),
      'median CPU, ms': Number(median(cpu).toFixed(1)),
      'times the baseline (CPU)': Number((median(cpu) / baseline).toFixed(3)),
    })),
  );
}

/** Lists a person who is in some records of the history, and deletes it. */
async function deletePerson(
  ports: Opened,
  bytes: Uint8Array,
  round: number,
  history: 'redact' | 'delete' | 'keep',
): Promise<number> {
  const person = { name: `Person ${history} ${round}`, reason: null };
  const { id } = await createEntry(ports, person, [{ fileName: 'a.jpg', bytes }]);
  for (let index = 0; index < recordsOfPerson; index += 1) {
    const answer = historyAnswer(0);
    const faces = answer.faces.map((face) => ({
      ...face,
      blacklist_matches: face.blacklist_matches.map((match) => ({ ...match, entry: { ...match.entry, id } })),
    }));
    await ports.records.addProcessed(crypto.randomUUID(), { ...answer, faces });
  }
  return timed(() => deleteEntry(ports, id, { history }));
}

async function measureErasures(ports: Opened): Promise<void> {
  const picture = await decodePicture(await readFile(join(sampleFolder, 'sample3.jpg')));
  const [face] = await ports.faces.detect(picture, {});
  if (!face) throw new Error('The sample picture does not show the face that it should.');
  const bytes = await cropFace(picture, face.area, 0.4);
  const times = { keep: [] as number[], redact: [] as number[], delete: [] as number[] };
  for (let round = 0; round < erasures; round += 1) {
    for (const history of ['keep', 'redact', 'delete'] as const) {
      times[history].push(await deletePerson(ports, bytes, round, history));
    }
  }
  console.log(`An erasure of a person with ${recordsOfPerson} records, ${erasures} rounds:`);
  console.table(
    Object.entries(times).map(([history, all]) => ({
      history,
      'median, ms': Number(median(all).toFixed(1)),
      'longest, ms': Number(Math.max(...all).toFixed(1)),
      'times keep': Number((median(all) / median(times.keep)).toFixed(2)),
    })),
  );
}

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'face-blacklist-accountability-'));
  const ports = await open(folder.path);
  try {
    await measurePictures(ports, numbers[0] ?? defaultRounds);
    await measureErasures(ports);
  } finally {
    await ports.close();
  }
}
