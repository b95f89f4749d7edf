import { afterAll, beforeAll, expect, test } from 'vitest';
import { lookBack } from '../../lib/blacklist/look-back.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { type Config, parseConfig } from '../../lib/config.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { BackendUnavailableError } from '../../lib/errors.ts';
import type { KeptFaces, LookBack } from '../../lib/faces/look-back.ts';
import { openKeptCollection } from '../../lib/faces/rekognition/kept-collection.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { aws } from './deployments.ts';
import {
  forgetAll,
  listPerson,
  lookBackSettings,
  lookBackSuite,
  type People,
  peopleFor,
  processAll,
} from './look-back-suite.ts';
import { failing, stepBefore } from './steps.ts';

let cloud: Awaited<ReturnType<typeof aws>>;
let opened: OpenedPorts;
let people: People;
let collection: ReturnType<typeof openKeptCollection>;

beforeAll(async () => {
  cloud = await aws(3);
  const config: Config = parseConfig({ ...cloud.settings, LOOK_BACK_DAYS: '7' });
  opened = await ports(config);
  people = await peopleFor(opened);
  if (!config.aws) throw new Error('These are not the settings of AWS.');
  collection = openKeptCollection(config.aws, config.lookBackDays);
});
afterAll(async () => {
  await opened?.close();
  await cloud?.[Symbol.asyncDispose]();
});

const faces = () => Array.fromAsync(collection.list());
const keptFaces = async () => (await faces()).length;

lookBackSuite(() => ({
  ports: opened,
  people,
  environment: cloud.settings,
  keptFaces,
  async withoutLookBack(work) {
    const config = parseConfig(cloud.settings);
    const without = await ports(config);
    await work(without, config).finally(() => without.close());
  },
}));

/** Ports whose collection of unmatched faces has other methods. */
function withOwn(methods: Partial<KeptFaces>): OpenedPorts {
  const lookBack = opened.faces.lookBack as LookBack & { readonly own: KeptFaces };
  const { own } = lookBack;
  const changed = { add: own.add.bind(own), remove: own.remove.bind(own), compare: own.compare.bind(own) };
  const other = new Proxy(lookBack, {
    get: (target, name) => {
      if (name === 'own') return { ...changed, ...methods };
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const backend = new Proxy(opened.faces, {
    get: (target, name) => {
      if (name === 'lookBack') return other;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...opened, faces: backend };
}

const request = () => ProcessImagesRequest.parse({ images: [people.group.toString('base64')] });

test('a picture whose faces can not be kept is answered all the same, and says so', async () => {
  const add = () => Promise.reject(new BackendUnavailableError('No.', 1));
  const [result] = await processImages(withOwn({ add }), lookBackSettings, request());
  expect(result?.db_id).toBeGreaterThan(0);
  expect(result?.warnings).toEqual([expect.stringMatching(/no look-back will find them/)]);
  expect(await keptFaces()).toBe(0);
  await forgetAll(opened);
});

test('a picture that gets no record leaves no face', async () => {
  const broken = failing(opened, stepBefore('records.addProcessed'));
  await expect(processImages(broken, lookBackSettings, request())).rejects.toThrow();
  expect(await keptFaces()).toBe(0);
});

test('the sweep removes faces that a crash left', async () => {
  const soon = () => new Date(Date.now() + 2_000);
  const [kept] = await processAll(opened, [people.group]);
  const known = await faces();
  // A crash after the faces were kept, and before the record was.
  const broken = failing(withOwn({ remove: async () => {} }), stepBefore('records.addProcessed'));
  await expect(processImages(broken, lookBackSettings, request())).rejects.toThrow();
  expect(await keptFaces()).toBe(6);
  // Nobody is found by a face without a record.
  const { id, seen_before } = await listPerson(opened, people.her, 'Jane Roe');
  expect(seen_before?.seen.map(({ db_id }) => db_id)).toEqual([kept]);
  // A young face may be that of a request under way.
  const { named, strays } = (await opened.faces.lookBack?.own?.compare(new Date(0))) ?? {};
  expect([named, strays]).toEqual([3, []]);
  expect((await sweep(opened, soon())).orphansRemoved).toBe(3);
  expect(await faces()).toEqual(known);
  expect((await lookBack(opened, id, 10)).total).toBe(1);
  await forgetAll(opened);
});
