/**
 * Measures the engine on either runtime beside Human's own pipeline and face-api's. They run in processes of
 * their own, in turns, on the same decoded pictures. It also measures how the speed grows with the cores, and
 * where the time of a picture goes. usage: npm run bench -- speed [--data FOLDER] [--model MODEL]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isModelVersion, modelVersionNames } from '../../lib/faces/engine/models/models.ts';
import {
  crowdPicture,
  crowdSize,
  largePicture,
  nobodyPicture,
  oneFacePicture,
} from '../accuracy/pictures.ts';
import type { Profile, SpeedFigures, Throughput } from '../figures.ts';
import { parseOptions } from '../options.ts';
import { saveReport } from '../report/report.ts';
import { provenanceOf } from '../report/results.ts';
import { WrongUseError } from '../wrong-use.ts';
import { Contestant, compete, type Entry } from './contest.ts';

const runFile = promisify(execFile);

interface TestPicture {
  readonly name: string;
  readonly file: string;
  readonly faces: number;
  readonly rounds: number;
  /** Without it, the stages of its time are not measured. */
  readonly profileRounds?: number;
}

const comparedNames = ['Human', 'face-api'] as const;
const defaultModels = ['Fusion', 'FastFusion', 'FirstFusion'] as const;
const warmUpRounds = 4;
const throughputRounds = 7;
const throughputCount = 30;

export async function run(words: readonly string[]): Promise<void> {
  const { data, model, out } = parseOptions(words);
  if (model !== undefined && !isModelVersion(model)) {
    throw new WrongUseError(`There is no model '${model}': ${modelVersionNames.join(', ')}.`);
  }
  const models = model === undefined ? defaultModels : [model];
  const provenance = provenanceOf(`npm run bench -- speed${data === undefined ? '' : ' --data FOLDER'}`);
  const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-speed-'));
  try {
    const pictures = await writePictures(folder, data);
    const figures = {
      crowdOf: data === undefined ? 'face-api’s samples' : 'a folder of people',
      ...(await contest(models, pictures)),
      profiles: await profile(models, pictures),
    };
    await saveReport(out, { speed: { ...provenance, ...figures } });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writePictures(folder: string, data: string | undefined): Promise<TestPicture[]> {
  const write = async (name: string, bytes: Buffer) => {
    const file = join(folder, name);
    await writeFile(file, bytes);
    return file;
  };
  return [
    {
      name: '250 px, 1 face',
      file: await write('small.jpg', await oneFacePicture(250)),
      ...{ faces: 1, rounds: 25, profileRounds: 60 },
    },
    {
      name: '1,080 px, 1 face',
      file: await write('portrait.jpg', await oneFacePicture(1080)),
      ...{ faces: 1, rounds: 15, profileRounds: 30 },
    },
    {
      name: `1,920 px, ${crowdSize} faces`,
      file: await write('crowd.jpg', await crowdPicture(data)),
      ...{ faces: crowdSize, rounds: 5, profileRounds: 3 },
    },
    {
      name: '1,080 px, nobody',
      file: await write('nobody.jpg', await nobodyPicture(1080)),
      ...{ faces: 0, rounds: 7 },
    },
    {
      name: `24 megapixels, ${crowdSize} faces of 36 to 60 px`,
      file: await write('large.jpg', await largePicture()),
      ...{ faces: crowdSize, rounds: 3 },
    },
  ];
}

async function contest(models: readonly string[], pictures: readonly TestPicture[]) {
  const engines = models.map((model) => new Contestant(model));
  const [first = ''] = models;
  const onTfjs = new Contestant(first, 'tfjs');
  const others = [onTfjs, ...comparedNames.map((name) => new Contestant(name))];
  try {
    const measured: SpeedFigures['pictures'][number][] = [];
    for (const { name, file, faces, rounds } of pictures) {
      const entries = [...engines, ...others].map((contestant): Entry => {
        return { key: contestant.name, contestant, task: { picture: file, count: 1, workers: 1 } };
      });
      const rows = await compete(entries, rounds, faces > 1 ? 1 : warmUpRounds);
      const one = { name, faces, rows: [...rows].map(([pipeline, row]) => ({ pipeline, ...row })) };
      printPicture(one);
      measured.push(one);
    }
    const throughput: Throughput[] = [];
    for (const engine of engines) {
      const one = await scale(engine, (pictures[0] as TestPicture).file);
      printThroughput(one);
      throughput.push(one);
    }
    return { pictures: measured, throughput };
  } finally {
    await Promise.all([...engines, ...others].map((contestant) => contestant.close()));
  }
}

async function scale(contestant: Contestant, picture: string): Promise<Throughput> {
  const workers = availableParallelism();
  const entry = (threads: number): Entry => {
    return { key: `${threads}`, contestant, task: { picture, count: throughputCount, workers: threads } };
  };
  const times = await compete([entry(workers), entry(1)], throughputRounds, 1);
  const perSecond = (threads: number) => (1000 * throughputCount) / (times.get(`${threads}`)?.wallMs ?? 0);
  return {
    model: contestant.name,
    workers,
    perSecond: perSecond(workers),
    perSecondWithOne: perSecond(1),
    factor: times.get('1')?.wallRatio ?? 1,
  };
}

async function profile(models: readonly string[], pictures: readonly TestPicture[]) {
  const profiles: (Profile & { picture: string })[] = [];
  const script = (name: string) => join(import.meta.dirname, name);
  for (const model of models) {
    for (const { name: picture, file, profileRounds } of pictures) {
      if (profileRounds === undefined) continue;
      const { stdout } = await runFile(process.execPath, [
        ...['--import', script('network-times.ts'), script('profile-one.ts')],
        ...[model, file, String(profileRounds)],
      ]);
      const one = { ...(JSON.parse(stdout) as Profile), picture };
      printProfile(one);
      profiles.push(one);
    }
  }
  return profiles;
}

const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);

function printPicture({ name, rows }: SpeedFigures['pictures'][number]): void {
  console.log(`\n${name}`);
  console.table(
    rows.map(({ pipeline, wallMs, cpuMs, faces, wallRatio, cpuRatio }) => {
      const ratio = { 'times the first': wallRatio.toFixed(2), '(CPU)': cpuRatio.toFixed(2) };
      return { pipeline, found: faces, ms: ms(wallMs), 'CPU ms': ms(cpuMs), ...ratio };
    }),
  );
}

function printThroughput({ model, workers, perSecond, perSecondWithOne, factor }: Throughput): void {
  const told = [
    `${perSecondWithOne.toFixed(1)} with 1 worker`,
    `${perSecond.toFixed(1)} with ${workers}`,
    `factor ${factor.toFixed(2)}`,
  ];
  console.log(`\n${model}, pictures of 250 px a second: ${told.join(', ')}`);
}

function printProfile({ model, picture, stages }: SpeedFigures['profiles'][number]): void {
  const total = stages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  console.log(`\n${model}, ${picture}: CPU time`);
  console.table(
    stages.map(({ name, cpuMs }) => {
      return { stage: name, ms: ms(cpuMs), share: `${((100 * cpuMs) / total).toFixed(0)}%` };
    }),
  );
}
