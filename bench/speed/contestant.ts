/**
 * Process: one of the pipelines that are compared. It finds and embeds the faces of a picture, as often as
 * its task says.
 *
 * usage: forked by contest.ts, with `Human`, `face-api`, or the name of one of our models and, unless it is
 * `auto`, the runtime
 */

import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import pLimit from 'p-limit';
import type { EngineRuntime } from '../../lib/contract/vocabulary.ts';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { isModelVersion } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';
import type { Done } from '../figures.ts';
import { openFaceApiPipeline, openHumanPipeline, type Pipeline } from './compared-pipelines.ts';

/**
 * A task from the contest. Its picture is a path; each file is decoded once, by the service's own decoder.
 */
export interface Task {
  readonly picture: string;
  /** Number of runs. They run one after the other, or as many side by side as there are workers. */
  readonly count: number;
  /** Threads of the engine; the other packages' pipelines have one. */
  readonly workers: number;
}

export interface Failed {
  readonly error: string;
}

const [name = '', runtime = 'auto'] = process.argv.slice(2);
const pictures = new Map<string, Promise<DecodedPicture>>();
const pipelines = new Map<number, Promise<Pipeline>>();

function open(workers: number): Promise<Pipeline> {
  if (name === 'Human' || name === 'face-api') takeWorkersPriority();
  if (name === 'Human') return openHumanPipeline();
  if (name === 'face-api') return openFaceApiPipeline();
  return openEngine(workers);
}

/**
 * Sets the priority of the engine's workers, which give way to the thread that answers. Otherwise a pipeline
 * would get more of a busy machine than the engine.
 */
function takeWorkersPriority(): void {
  try {
    setPriority(5);
  } catch {
    // A user who may not change priorities may not change the workers' either, so they are equal.
  }
}

async function openEngine(workers: number): Promise<Pipeline> {
  if (!isModelVersion(name)) throw new Error(`There is no pipeline '${name}'.`);
  const pool = await WorkerPool.start(workers, {
    minConfidence: usualMinConfidence,
    modelName: name,
    runtime: runtime as EngineRuntime,
  });
  return async (picture) => {
    const faces = await pool.run({ picture, models: [name] });
    return faces.length;
  };
}

async function decode(file: string): Promise<DecodedPicture> {
  const { width, height, pixels } = await decodePicture(await readFile(file));
  return { width, height, pixels };
}

async function run({ picture, count, workers }: Task): Promise<Done> {
  const pixels = pictures.get(picture) ?? decode(picture);
  pictures.set(picture, pixels);
  const pipeline = pipelines.get(workers) ?? open(workers);
  pipelines.set(workers, pipeline);
  const [input, work] = await Promise.all([pixels, pipeline]);
  // Lets one picture more than there are workers wait, so that no worker has to.
  const limit = pLimit(workers === 1 ? 1 : workers + 1);
  const [started, cpuStarted] = [performance.now(), process.cpuUsage()];
  const found = await limit.map(Array.from({ length: count }), () => work(input));
  const { user, system } = process.cpuUsage(cpuStarted);
  return {
    wallMs: performance.now() - started,
    cpuMs: (user + system) / 1000,
    faces: found.at(-1) ?? 0,
  };
}

process.on('message', (task: Task) => {
  run(task).then(
    (done) => process.send?.(done),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Failed),
  );
});
// The process that started this one has ended.
process.on('disconnect', () => process.exit());
