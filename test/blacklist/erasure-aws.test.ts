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
import { createS3Client } from '../../lib/s3.ts';
import { leftovers, type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { aws } from './deployments.ts';
import { down, watched } from './steps.ts';
import { facesAlone } from './stores.ts';

/** Each so many-th call of a store fails. */
const failEvery = 10;
const settings = { drawBoundingBoxes: true, croppedFacePaddingRatio: 0.4, reviewBand: 1 };

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

it('an erasure leaves no trace in table, bucket and collection, nor in old versions, though stores fail', async () => {
  const s3 = createS3Client('us-east-1');
  const bucket = config.aws?.bucket;
  let calls = 0;
  const fail = async () => {
    calls += 1;
    if (calls % failEvery === 0) throw down;
  };
  const broken = watched({ ...opened, leftovers: await leftovers(config) }, { before: fail, after: fail });
  const find = (traces: readonly Trace[]) => {
    if (!config.aws) throw new Error('These are not the settings of AWS.');
    return Array.fromAsync(findInCloud(config.aws, traces));
  };
  for (const history of ['redact', 'delete'] as const) {
    const name = `Ägnes Example ${history}`;
    const reason = `Reason of ${history}`;
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
    const traces = [
      ...tracesOfName(name),
      ...tracesOfName(reason),
      ...(await tracesOfPicture(portraits.listed, 'picture')),
    ];
    expect(new Set((await find(traces)).map(({ label }) => label))).toEqual(new Set(['name', 'picture']));
    await deleteEntry(broken, id, { history }).catch((error: unknown) => expect(error).toBe(down));
    for (let sweeps = 0; (await opened.records.getErasure(id))?.finished == null; sweeps += 1) {
      expect(sweeps).toBeLessThan(20);
      await deleteEntry(broken, id, { history }).catch(() => undefined);
      await finishInterrupted(broken, new Date(0)).catch(() => undefined);
    }
    expect(await find(traces)).toEqual([]);
    expect(await Array.fromAsync(opened.faces.listFaces())).toEqual([]);
    const kept = await opened.records.getProcessed(Number(seen?.db_id));
    expect(kept?.has_blacklist_match).toBe(history === 'redact' ? true : undefined);
    expect((await opened.records.getErasure(id))?.removed).toMatchObject({
      reference_pictures: 1,
      history_records: 1,
    });
  }
  s3.destroy();
});
