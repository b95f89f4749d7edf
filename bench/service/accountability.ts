/**
 * Measures on one machine what accountability costs: a processed picture with and without its line of the
 * audit trail, the review band and a look-back, each beside a baseline in the same run; and an erasure beside
 * a deletion that keeps the history. It prints its figures, and saves nothing.
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
import { parseOptions } from '../options.ts';
import { historyAnswer } from './history-answer.ts';

const defaultRounds = 40;
const erasures = 20;
/** Records of the history in which an erased person is. */
const recordsOfPerson = 50;

const drawn = { drawBoundingBoxes: true, croppedFacePaddingRatio: 0.4 };
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function open(dataDir: string) {
  const config = parseConfig({ DATA_DIR: dataDir, LOOK_BACK_DAYS: '7', ENGINE_WORKERS: '1' });
  const embedded = await openEmbedded(config, await openDatabase(recordsFile(config)));
  const inputs = createInputReader({ imageRoot: dataDir, maxImageBytes: config.maxImageBytes });
  const pictureSlots = new PictureSlots({ atOnce: 2, memoryBytes: config.pictureMemoryBytes });
  return { ...embedded, inputs, pictureSlots };
}
type Opened = Awaited<ReturnType<typeof open>>;

/** Processes one picture in every variant, round after round, so that all meet the same load. */
async function measurePictures(ports: Opened, rounds: number): Promise<void> {
  const images = [(await readFile(join(sampleFolder, 'sample6.jpg'))).toString('base64')];
  const times = new Map<Variant, number[]>();
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, { audit, ...settings }] of Object.entries(variants)) {
      setAudit(audit);
      const request = ProcessImagesRequest.parse({ images });
      const ms = await timed(() => processImages(ports, { ...drawn, ...settings }, request));
      // The first rounds warm up.
      if (round >= 0) times.set(name as Variant, [...(times.get(name as Variant) ?? []), ms]);
    }
  }
  setAudit(true);
  const baseline = times.get('baseline') ?? [];
  console.log(`A processed picture, ${rounds} rounds (goal: 1.1 times the baseline at most):`);
  console.table(
    [...times].map(([name, all]) => ({
      with: name,
      'median, ms': Number(median(all).toFixed(1)),
      // Each beside the baseline of its own round.
      'times the baseline': Number(median(all.map((ms, round) => ms / (baseline[round] ?? ms))).toFixed(3)),
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
