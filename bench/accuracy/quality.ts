/**
 * Command: measures what the limits of the quality filter for reference pictures rest on.
 *
 * It degrades pictures of people step by step. It compares each result with intact pictures of the same
 * person and of everybody else. It also compares the degraded ones with each other, since badly blurred faces
 * look alike. Then it groups intact pictures by their measured quality. For each group it says how many
 * pictures the filter refuses.
 *
 * usage: npm run bench -- quality --data FOLDER [--people N]
 *
 * The folder has `FOLDER/images/<person>/<picture>`, as Labeled Faces in the Wild. N people (160) who have
 * several pictures are degraded.
 */
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { type MeasuredQuality, qualityReasons } from '../../lib/faces/engine/detect/quality.ts';
import type { JobFace } from '../../lib/faces/engine/job.ts';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { sampleFolder } from '../../local/models/packages.ts';
import { degradations, degraded } from './degrade.ts';
import { median as exactMedian } from './measures.ts';
import { picturesOf } from './people.ts';

const model = 'Fusion';
const threshold = embeddingModels[model].thresholds.cosine;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { data: { type: 'string' }, people: { type: 'string', default: '160' } },
});
if (values.data === undefined) throw new Error('usage: npm run bench -- quality --data FOLDER [--people N]');
const folder = join(values.data, 'images');

/** A face that was found in a picture of a person. */
interface Probe {
  readonly name: string;
  readonly person: string;
  readonly face: JobFace;
  readonly quality: MeasuredQuality;
  /** Embedding of length 1. */
  readonly embedding: Float32Array;
}

const workers = availableParallelism();
const pool = await WorkerPool.start(workers, { minConfidence: usualMinConfidence, modelName: model });
const limit = pLimit(workers + 1);

/** Embeds the face nearest to the picture's middle: it is the person whom the folder means. */
async function probe(name: string, bytes: Uint8Array): Promise<Probe | undefined> {
  const { width, height, pixels } = await decodePicture(bytes);
  const picture = { width, height, pixels };
  const offCentre = ({ area: { x, y, w, h } }: JobFace) =>
    Math.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2);
  const faces = await pool.run({ picture, models: [model], measure: 'all' });
  const [face] = faces.sort((one, other) => offCentre(one) - offCentre(other));
  const embedding = face?.embeddings[model];
  if (!face?.quality || !embedding) return undefined;
  return { name, person: name.split('/')[0] as string, face, quality: face.quality, embedding };
}

async function probeAll(
  names: readonly string[],
  bytesOf: (name: string) => Promise<Uint8Array>,
): Promise<Probe[]> {
  const bar = progressBar('embed', names.length);
  const probes = await Promise.all(
    names.map((name) =>
      limit(async () => {
        const found = await probe(name, await bytesOf(name));
        bar.increment();
        return found;
      }),
    ),
  );
  bar.stop();
  return probes.filter((one) => one !== undefined);
}

function distance({ embedding: one }: Probe, { embedding: other }: Probe): number {
  let dot = 0;
  for (let index = 0; index < one.length; index++) dot += (one[index] as number) * (other[index] as number);
  return 1 - dot;
}

interface Tally {
  matches: number;
  pairs: number;
}

function tally(
  probes: readonly Probe[],
  others: readonly Probe[],
  isPair: (a: Probe, b: Probe) => boolean,
): Tally {
  const found: Tally = { matches: 0, pairs: 0 };
  for (const one of probes) {
    for (const other of others) {
      if (!isPair(one, other)) continue;
      found.pairs += 1;
      if (distance(one, other) <= threshold) found.matches += 1;
    }
  }
  return found;
}

/**
 * Gives the false non-match rate: the share of a person's other, intact pictures that a picture does not
 * match. It is the mean over the pictures.
 */
function missed(probes: readonly Probe[], gallery: readonly Probe[]): number {
  const shares = probes.flatMap((one) => {
    const mates = gallery.filter(({ person, name }) => person === one.person && name !== one.name);
    if (mates.length === 0) return [];
    return [mates.filter((mate) => distance(one, mate) > threshold).length / mates.length];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const areStrangers = (one: Probe, other: Probe) => one.person !== other.person;
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const rate = ({ matches, pairs }: Tally) => (matches === 0 ? 'none' : `1 in ${Math.round(pairs / matches)}`);
const reasonsOf = ({ face, quality }: Probe) => qualityReasons(face, quality);
const isRefused = (one: Probe) => reasonsOf(one).length > 0;

function median(values: readonly number[], digits = 0): number {
  return Number(exactMedian(values).toFixed(digits));
}

/** Makes a line of the table: how these pictures measure, and how they match. */
function lineOf(probes: readonly Probe[], gallery: readonly Probe[]) {
  const among = probes.flatMap((one, index) => {
    const rest = tally([one], probes.slice(index + 1), areStrangers);
    return [rest];
  });
  const sum = among.reduce(
    (total, { matches, pairs }) => ({ matches: total.matches + matches, pairs: total.pairs + pairs }),
    { matches: 0, pairs: 0 },
  );
  return {
    pictures: probes.length,
    missed: percent(missed(probes, gallery)),
    'false matches': rate(tally(probes, gallery, areStrangers)),
    'among themselves': rate(sum),
    width: median(probes.map(({ face }) => Math.min(face.area.w, face.area.h))),
    brightness: median(probes.map(({ quality }) => quality.brightness)),
    contrast: median(
      probes.map(({ quality }) => quality.contrast),
      1,
    ),
    sharpness: median(probes.map(({ quality }) => quality.sharpness)),
    confidence: median(
      probes.map(({ face }) => face.confidence),
      2,
    ),
    refused: percent(probes.filter(isRefused).length / probes.length),
  };
}

const names = await picturesOf(folder);
const intact = await probeAll(names, (name) => readFile(join(folder, name)));
const seconds = [...Map.groupBy(names, (name) => name.split('/')[0]).values()]
  .flatMap(([, second]) => second ?? [])
  .slice(0, Number(values.people));

console.log(
  `${model}, ${seconds.length} pictures degraded, ${intact.length} intact ones, threshold ${threshold}`,
);
const table: Record<string, object> = {};
/** Prints a line at once, because all of them take long. The table at the end repeats it. */
function tell(name: string, probes: readonly Probe[]): void {
  table[name] = lineOf(probes, intact);
  console.log(name, Object.values(table[name]).join(', '));
}
tell(
  'intact',
  intact.filter(({ name }) => seconds.includes(name)),
);
for (const degradation of degradations) {
  for (const amount of degradation.amounts) {
    const probes = await probeAll(seconds, async (name) =>
      degraded(await readFile(join(folder, name)), degradation, amount),
    );
    tell(`${degradation.name} ${amount}`, probes);
  }
}
console.table(table);

const measures: Record<string, { of: (one: Probe) => number; edges: readonly number[] }> = {
  yaw: { of: ({ quality }) => Math.abs(quality.pose.yaw), edges: [0, 10, 20, 30, 40, 50, 60, 90] },
  pitch: { of: ({ quality }) => quality.pose.pitch, edges: [-90, -25, -15, -5, 5, 15, 25, 30, 35, 90] },
  sharpness: { of: ({ quality }) => quality.sharpness, edges: [0, 35, 40, 45, 50, 60, 70, 80, 100] },
  contrast: { of: ({ quality }) => quality.contrast, edges: [0, 4, 8, 10, 15, 20, 50] },
  brightness: { of: ({ quality }) => quality.brightness, edges: [0, 25, 30, 40, 50, 60, 70, 100] },
  confidence: { of: ({ face }) => face.confidence, edges: [0, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 1] },
};
const groups: Record<string, object> = {};
for (const [measure, { of, edges }] of Object.entries(measures)) {
  edges.slice(1).forEach((upper, index) => {
    const lower = edges[index] as number;
    const probes = intact.filter((one) => of(one) >= lower && of(one) < upper);
    if (probes.length > 0) groups[`${measure} ${lower} to ${upper}`] = lineOf(probes, intact);
  });
}
console.table(groups);

const refused = intact.filter(isRefused);
const byReason = Map.groupBy(refused.flatMap(reasonsOf), (reason) => reason);
console.log(
  `Of ${intact.length} intact pictures, ${refused.length} are refused (${percent(refused.length / intact.length)}):`,
  Object.fromEntries([...byReason].map(([reason, all]) => [reason, all.length])),
);

for (const file of (await readdir(sampleFolder)).filter((name) => /^sample\d\.jpg$/.test(name))) {
  const { width, height, pixels } = await decodePicture(await readFile(join(sampleFolder, file)));
  const faces = await pool.run({ picture: { width, height, pixels }, models: [], measure: 'all' });
  for (const { area, confidence, quality } of faces) {
    if (!quality) continue;
    const { yaw, pitch } = quality.pose;
    const reasons = qualityReasons({ area, confidence }, quality);
    const told = [area.w, confidence, quality.brightness, quality.sharpness, yaw, pitch].map((value) =>
      value.toFixed(2),
    );
    console.log(
      `${file}: width, confidence, brightness, sharpness, yaw, pitch: ${told.join(', ')} ${reasons.join()}`,
    );
  }
}
await pool.close();
