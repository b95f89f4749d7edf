import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import { type Config, parseConfig } from '../../lib/config.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { findInCloud } from '../../lib/erasure/check-cloud.ts';
import { type Trace, tracesOfName, tracesOfPicture } from '../../lib/erasure/traces.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import type { HistoryChoice } from '../../lib/records/erasure.ts';
import { createS3Client } from '../../lib/s3.ts';
import { leftovers, type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { defaultSettings } from '../fakes/settings.ts';
import { aws } from './deployments.ts';
import { down, watched } from './steps.ts';
import { facesAlone } from './stores.ts';

/** Number of erasures; many more by hand: ERASURES_AWS=100 npm test -- test/blacklist/erasure-aws.test.ts */
const rounds = Number(process.env.ERASURES_AWS ?? 2);
/** Share of a store's calls that fail. At fixed distances, the same step might fail each time. */
const failing = 0.1;
const settings = defaultSettings;

let cloud: Awaited<ReturnType<typeof aws>>;
let config: Config;
let opened: OpenedPorts;
let portraits: Awaited<ReturnType<typeof facesAlone>>;

beforeAll(async () => {
  cloud = await aws(3);
  config = parseConfig(cloud.settings);
  opened = await ports(config);
  portraits = await facesAlone(opened);
});
afterAll(async () => {
  await opened.close();
  await cloud[Symbol.asyncDispose]();
});

/** Ports of a function that has just started: a crash leaves it nothing but the stores. */
async function restart(): Promise<void> {
  await opened.close();
  config = parseConfig(cloud.settings);
  opened = await ports(config);
}

/** Ports that fail now and then, before a call is done or after it was. */
async function unreliable() {
  const fail = async () => {
    if (Math.random() < failing) throw down;
  };
  return watched({ ...opened, leftovers: await leftovers(config) }, { before: fail, after: fail });
}

/** Asks for it until it is done, with the sweep; a process that dies leaves the rest to the next one. */
async function erase(id: number, history: HistoryChoice, dies: boolean): Promise<void> {
  await deleteEntry(await unreliable(), id, { history }).catch((error: unknown) => expect(error).toBe(down));
  if (dies) await restart();
  const broken = await unreliable();
  for (let sweeps = 0; (await opened.records.getErasure(id))?.finished == null; sweeps += 1) {
    expect(sweeps).toBeLessThan(20);
    await deleteEntry(broken, id, { history }).catch(() => undefined);
    await finishInterrupted(broken, new Date(0)).catch(() => undefined);
  }
}

it('an erasure leaves no trace in table, bucket and collection, nor in old versions, though stores fail', {
  timeout: 120_000 + 60_000 * rounds,
}, async () => {
  const s3 = createS3Client('us-east-1');
  const bucket = config.aws?.bucket;
  const find = (traces: readonly Trace[]) => {
    if (!config.aws) throw new Error('These are not the settings of AWS.');
    return Array.fromAsync(findInCloud(config.aws, traces));
  };
  const all: Trace[] = await tracesOfPicture(portraits.listed, 'picture');
  for (let round = 0; round < rounds; round += 1) {
    const history = round % 2 === 0 ? 'redact' : 'delete';
    const name = `Ägnes ${randomUUID()}`;
    const reason = `Reason ${randomUUID()}`;
    const { id } = await createEntry(opened, { name, reason }, [
      { fileName: `${name}.jpg`, bytes: portraits.listed },
    ]);
    const images = [portraits.listed.toString('base64')];
    const [seen] = await processImages(opened, settings, ProcessImagesRequest.parse({ images }));
    expect(seen?.has_blacklist_match).toBe(true);
    // Replaced once, it has an old version.
    for (let time = 0; time < 2; time += 1) {
      for (const Key of [`inbox/${name}/a.jpg`, `rejected/${name}/a.jpg`]) {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: portraits.listed }));
      }
    }
    const traces = [...tracesOfName(name), ...tracesOfName(reason)];
    if (round < 2) {
      const found = await find([...traces, ...all]);
      expect(new Set(found.map(({ label }) => label))).toEqual(new Set(['name', 'picture']));
    }
    await erase(id, history, round % 3 === 1);
    if (round < 2) expect(await find([...traces, ...all])).toEqual([]);
    all.push(...traces);
    const kept = await opened.records.getProcessed(Number(seen?.db_id));
    expect(kept?.has_blacklist_match).toBe(history === 'redact' ? true : undefined);
    expect((await opened.records.getErasure(id))?.removed).toMatchObject({
      reference_pictures: 1,
      history_records: 1,
    });
  }
  expect(await find(all)).toEqual([]);
  expect(await Array.fromAsync(opened.faces.listFaces())).toEqual([]);
  s3.destroy();
});
