/**
 * Command: measures where the time of one picture goes; prints the stages as JSON.
 * usage: node --import ./bench/speed/network-times.ts bench/speed/profile-one.ts MODEL PICTURE ROUNDS
 */
import { readFile } from 'node:fs/promises';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import type { Job, JobFace } from '../../lib/faces/engine/job.ts';
import { isModelVersion, modelVersions } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import {
  capacityOf,
  codeOf,
  createSharedGallery,
  enlargeGallery,
  writeRow,
} from '../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../lib/faces/engine/search/search.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Profile, Stage } from '../figures.ts';
import { normalVector } from '../vectors.ts';
import { type NetworkTime, takeNetworkTimes } from './network-times.ts';

/** Names of the networks by the side of their inputs, in pixels. */
const networkNames: Readonly<Record<number, string>> = {
  112: 'both MobileFaceNets',
  128: 'BlazeFace, 128 px',
  150: 'dlib ResNet',
  192: 'face mesh',
  256: 'BlazeFace, 256 px',
  512: 'SSD',
};

export const listedFaces = 10_000;

const [model = '', file = '', rounds = ''] = process.argv.slice(2);
const count = Number(rounds);

async function cpuMsOf<T>(work: () => T | Promise<T>): Promise<{ cpuMs: number; last: T }> {
  const before = process.cpuUsage();
  let last = await work();
  for (let round = 1; round < count; round++) last = await work();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000 / count, last };
}

/** Lists the networks' stages, and the rest of the whole time. */
function stagesOf(networks: readonly NetworkTime[], cpuMs: number, whole: string, rest: string): Stage[] {
  const stages = networks.map(({ side, cpuMs: total }) => {
    return { name: networkNames[side] ?? `network of ${side} px`, cpuMs: total / count };
  });
  const known = stages.reduce((sum, stage) => sum + stage.cpuMs, 0);
  const name = stages.length > 0 ? rest : whole;
  return [...stages, { name, cpuMs: Math.max(0, cpuMs - known) }];
}

/** Subtracts the times of some networks from those of all. Both are for the same number of rounds. */
function lessOf(all: readonly NetworkTime[], some: readonly NetworkTime[]): NetworkTime[] {
  return all.flatMap((time) => {
    const less = some.find(({ side }) => side === time.side);
    if (!less) return [time];
    return time.runs > less.runs ? [{ ...time, cpuMs: Math.max(0, time.cpuMs - less.cpuMs) }] : [];
  });
}

function galleryOf(dimensions: number) {
  let gallery = createSharedGallery(dimensions);
  const vectors = Array.from({ length: listedFaces }, () => normalVector(dimensions));
  vectors.forEach((vector, row) => {
    if (row === capacityOf(gallery)) gallery = enlargeGallery(gallery);
    writeRow(gallery, row, { faceId: row + 1, entryId: row + 1 }, codeOf(vector));
  });
  return { ...gallery, embeddingOf: (faceId: number) => vectors[faceId - 1] };
}

async function profile(): Promise<Profile> {
  if (!isModelVersion(model)) throw new Error(`There is no model '${model}'.`);
  const bytes = await readFile(file);
  const pool = await WorkerPool.start(1, { minConfidence: usualMinConfidence, modelName: model });
  const { width, height, pixels } = await decodePicture(bytes);
  const job = (models: Job['models']): Job => ({ picture: { width, height, pixels }, models });
  // The first rounds only warm up: the code is still being compiled.
  for (let round = 0; round < 5; round++) await pool.run(job([model]));
  takeNetworkTimes();

  const decoding = await cpuMsOf(() => decodePicture(bytes));
  const detection = await cpuMsOf(() => pool.run(job([])));
  const detectionNetworks = takeNetworkTimes();
  const all = await cpuMsOf(() => pool.run(job([model])));
  const networks = lessOf(takeNetworkTimes(), detectionNetworks);
  await pool.close();
  const { dimensions, thresholds } = modelVersions[model];
  const gallery = galleryOf(dimensions);
  const probes = all.last.flatMap(({ embeddings }: JobFace) => embeddings[model] ?? []);
  const search = await cpuMsOf(() => searchGallery(gallery, probes, 'cosine', thresholds.cosine));
  return {
    model,
    faces: all.last.length,
    stages: [
      { name: 'decode the JPEG', cpuMs: decoding.cpuMs },
      ...stagesOf(detectionNetworks, detection.cpuMs, 'detection', 'rest of detection'),
      ...stagesOf(networks, all.cpuMs - detection.cpuMs, 'embedding', 'chips and the rest'),
      { name: `search among ${listedFaces.toLocaleString('en')}`, cpuMs: search.cpuMs },
    ],
  };
}

if (import.meta.main) console.log(JSON.stringify(await profile()));
