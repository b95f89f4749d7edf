/**
 * Command: measures this machine's speed, each figure beside the baseline that it should be compared with.
 * usage: npm run bench
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkerPool } from '../lib/faces/human/pool.ts';
import { decodePicture } from '../lib/inputs/decode.ts';
import { sampleFolder } from '../local/packages.ts';
import { type Service, smallPicture, startService } from './service.ts';

async function processPictures(url: string, images: readonly string[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/process/process-images`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ images }),
  });
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  await response.arrayBuffer();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;
const results: Record<string, string> = {};

/** A whole request, saving included, beside the engine alone on the same picture; in turns, so that noise meets both. */
async function measureOverhead({ url }: Service): Promise<void> {
  const bytes = await smallPicture();
  const images = [bytes.toString('base64')];
  const pool = await WorkerPool.start(1, { minConfidence: 0.4, modelName: 'MobileFaceNet' });
  const engine = async () => {
    const { width, height, pixels } = await decodePicture(bytes);
    await pool.run({ picture: { width, height, data: pixels }, models: ['MobileFaceNet'] });
  };
  const engineTimes: number[] = [];
  const requestTimes: number[] = [];
  for (let round = 0; round < 120; round++) {
    const engineTime = await timed(engine);
    const requestTime = await timed(() => processPictures(url, images));
    // The first ones compile.
    if (round < 20) continue;
    engineTimes.push(engineTime);
    requestTimes.push(requestTime);
  }
  await pool.close();
  const [engineMedian, requestMedian] = [quantile(engineTimes, 0.5), quantile(requestTimes, 0.5)];
  results['1 face, 250x250: engine alone'] = ms(engineMedian);
  results['1 face, 250x250: request, saving included'] =
    `${ms(requestMedian)}, ${(requestMedian / engineMedian).toFixed(2)} times the engine`;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Six large pictures and small ones in turn; the throughput, and the memory after 100 and after 500. */
async function measureMemory({ url, pid }: Service): Promise<void> {
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
  const before = await residentMegabytes(pid);
  const elapsed = await timed(() => run(400));
  const after = await residentMegabytes(pid);
  results['1920 px pictures, 3 to 5 faces each'] = `${(400_000 / elapsed).toFixed(1)} a second`;
  results['resident memory after 100 and 500 pictures'] =
    `${before.toFixed(0)} and ${after.toFixed(0)} MB, ratio ${(after / before).toFixed(2)}`;
}

/** `GET /` while the service processes pictures, beside the same on an idle service. */
async function measureResponsiveness({ url }: Service): Promise<void> {
  const sample = async (count: number) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      times.push(await timed(async () => (await fetch(url)).arrayBuffer()));
      await delay(5);
    }
    return times;
  };
  const idle = await sample(100);
  const image = (await readFile(join(sampleFolder, 'sample1.jpg'))).toString('base64');
  const busy = processPictures(url, Array(40).fill(image));
  const loaded = await sample(300);
  await busy;
  const told = (times: number[]) => `median ${ms(quantile(times, 0.5))}, slowest ${ms(quantile(times, 1))}`;
  results['GET / on the idle service'] = told(idle);
  results['GET / while pictures are processed'] = told(loaded);
}

const service = await startService();
results.machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
results['start to first answer'] = ms(service.startMs);
try {
  await measureOverhead(service);
  await measureResponsiveness(service);
  await measureMemory(service);
} finally {
  await service.stop();
}
console.table(results);
