/**
 * Measures the service as a whole, as users run it. It measures what a request costs beside the engine's own
 * work, how soon the service answers while it computes, and its memory.
 *
 * usage: npm run bench -- service
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { sampleFolder } from '../../local/models/packages.ts';
import { largePicture, oneFacePicture } from '../accuracy/pictures.ts';
import type { ServiceFigures, ServiceTimes } from '../figures.ts';
import { parseOptions } from '../options.ts';
import { saveReport } from '../report/report.ts';
import { provenanceOf } from '../report/results.ts';
import { type Service, startService } from './service-process.ts';

const model = 'Fusion';

async function processPictures(url: string, images: readonly string[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/process/process-images`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ images }),
  });
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  await response.arrayBuffer();
}

/** Returns the milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

/**
 * Measures a whole request, saving included, and the engine alone on the same picture. They take turns, so
 * that other programs slow both alike.
 */
async function measureOverhead({ url }: Service) {
  const bytes = await oneFacePicture(250);
  const images = [bytes.toString('base64')];
  const pool = await WorkerPool.start(1, { minConfidence: usualMinConfidence, modelName: model });
  const engine = async () => {
    const { width, height, pixels } = await decodePicture(bytes);
    await pool.run({ picture: { width, height, pixels }, models: [model] });
  };
  const engineTimes: number[] = [];
  const requestTimes: number[] = [];
  for (let round = 0; round < 120; round++) {
    const engineTime = await timed(engine);
    const requestTime = await timed(() => processPictures(url, images));
    // The first rounds only warm up: the code is still being compiled.
    if (round < 20) continue;
    engineTimes.push(engineTime);
    requestTimes.push(requestTime);
  }
  await pool.close();
  return { engineMs: quantile(engineTimes, 0.5), requestMs: quantile(requestTimes, 0.5) };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Measures a whole request with the largest picture of the speed's benchmark, by all workers. */
async function measureLarge({ url }: Service): Promise<ServiceTimes> {
  const images = [(await largePicture()).toString('base64')];
  const times: number[] = [];
  for (let round = -1; round < 5; round++) {
    const time = await timed(() => processPictures(url, images));
    if (round >= 0) times.push(time);
  }
  return { median: quantile(times, 0.5), slowest: quantile(times, 1) };
}

/** Sends six large pictures in turn. Measures the throughput, and the memory after 100 and after 500. */
async function measureMemory({ url, pid }: Service) {
  const large = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((n) => readFile(join(sampleFolder, `sample${n}.jpg`))),
  );
  const images = [...large, ...Array.from({ length: 4 }, () => large[0] as Buffer)].map((bytes) =>
    bytes.toString('base64'),
  );
  const run = async (pictures: number) => {
    for (let done = 0; done < pictures; done += images.length) await processPictures(url, images);
  };
  await run(100);
  const memoryAfter100 = await residentMegabytes(pid);
  const elapsed = await timed(() => run(400));
  return {
    perSecond: 400_000 / elapsed,
    memoryAfter100,
    memoryAfter500: await residentMegabytes(pid),
  };
}

/** Measures `GET /` while the service processes pictures, and while it is idle. */
async function measureResponsiveness({ url }: Service) {
  const sample = async (count: number): Promise<ServiceTimes> => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      times.push(await timed(async () => (await fetch(url)).arrayBuffer()));
      await delay(5);
    }
    return { median: quantile(times, 0.5), slowest: quantile(times, 1) };
  };
  const idle = await sample(100);
  const image = (await readFile(join(sampleFolder, 'sample1.jpg'))).toString('base64');
  const processed = processPictures(url, Array(40).fill(image));
  const busy = await sample(300);
  await processed;
  return { idle, busy, largeBody: await measureLargeBody(url) };
}

/** No picture, but as long as one may be: what takes time is the body alone. */
async function measureLargeBody(url: string): Promise<ServiceTimes> {
  const body = Buffer.from(JSON.stringify({ images: ['A'.repeat(24_000_000)] }));
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    let isAnswered = false;
    const answered = fetch(`${url}/api/v1/process/process-images`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    }).then(async (response) => {
      await response.arrayBuffer();
      isAnswered = true;
    });
    while (!isAnswered) {
      times.push(await timed(async () => (await fetch(url)).arrayBuffer()));
      await delay(1);
    }
    await answered;
  }
  return { median: quantile(times, 0.5), slowest: quantile(times, 1) };
}

export async function run(words: readonly string[]): Promise<void> {
  const { out } = parseOptions(words);
  const provenance = provenanceOf('npm run bench -- service');
  const service = await startService({ MODEL_NAME: model });
  try {
    const figures: ServiceFigures = {
      startMs: service.startMs,
      model,
      ...(await measureOverhead(service)),
      ...(await measureResponsiveness(service)),
      ...(await measureMemory(service)),
      // After the memory, which counts smaller pictures.
      large: await measureLarge(service),
    };
    const { idle, busy, largeBody, large, ...rest } = figures;
    console.table(rest);
    console.table({
      '24 megapixels, 40 faces, ms': large,
      'GET /, idle, ms': idle,
      'GET /, busy, ms': busy,
      'GET /, beside 24 MB of JSON, ms': largeBody,
    });
    await saveReport(out, { service: { ...provenance, ...figures } });
  } finally {
    await service.stop();
  }
}
