import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Status } from '../../../lib/contract/endpoints/status.ts';
import { stages } from '../../../lib/metrics/port.ts';
import { tokenLine } from '../../../lib/service/tokens.ts';
import { connectOverHttp } from '../../api/connections.ts';
import { pictureOfNothing } from '../../api/pictures.ts';
import { startServerProcess, temporaryFolder } from '../../api/server-process.ts';
import { type Receiver, secret, startReceiver } from '../../events/receiver.ts';
import { ApiClient, answer } from '../../suites/api/client.ts';
import { findPeople, type People } from '../../suites/api/people.ts';

const token = 'scrape-token-of-the-monitor';
/** Token of the role `metrics`. */
const scraper = 'scrape-token-of-the-role';
const resources = new AsyncDisposableStack();
let url: string;
let api: ApiClient;
let people: People;
let receiver: Receiver;

beforeAll(async () => {
  receiver = resources.use(await startReceiver());
  const folder = resources.use(await temporaryFolder());
  await writeFile(join(folder.path, 'tokens.txt'), tokenLine('scraper', 'metrics', scraper));
  const tokens = { API_TOKENS: token, API_TOKENS_FILE: 'tokens.txt' };
  const settings = { ...tokens, WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret };
  ({ url } = resources.use(await startServerProcess(folder.path, settings)));
  api = new ApiClient(connectOverHttp(url, token));
  people = await findPeople();
});
afterAll(() => resources.disposeAsync());

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Scrapes the metrics in Prometheus' text format. A line that is not in this format fails the test. */
async function scrape(): Promise<{ types: Map<string, string>; samples: Sample[] }> {
  const reply = await api.get('/metrics');
  expect([reply.status, reply.headers['content-type']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of reply.bytes.toString().split('\n')) {
    const [, typed, type] = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line) ?? [];
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (typed && type) types.set(typed, type);
    else if (name) samples.push({ name, labels: labelsOf(labels), value: Number(value) });
    else expect(line).toMatch(/^(# HELP \w+ \S.*)?$/);
  }
  return { types, samples };
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)",?/g)].map(([, name, value]) => [name, value]));
}

/** Adds up a metric's samples that have these labels. */
async function total(name: string, labels: Record<string, string> = {}): Promise<number> {
  return totalIn((await scrape()).samples, name, labels);
}

function totalIn(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  const wanted = Object.entries(labels);
  return samples
    .filter((one) => one.name === name && wanted.every(([label, value]) => one.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Measures by how much each total grows during the work. */
async function growth(
  totals: Record<string, [name: string, labels?: Record<string, string>]>,
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const read = async () => {
    const { samples } = await scrape();
    return Object.fromEntries(
      Object.entries(totals).map(([key, [name, labels]]) => [key, totalIn(samples, name, labels)]),
    );
  };
  const before = await read();
  await work();
  const after = await read();
  return Object.fromEntries(Object.keys(totals).map((key) => [key, (after[key] ?? 0) - (before[key] ?? 0)]));
}

describe('GET /metrics', () => {
  test('wants a token where tokens are set', async () => {
    const { status } = await fetch(new URL('/metrics', url));
    expect(status).toBe(401);
  });

  test('counts requests by the paths of the contract, and no label grows with what clients send', async () => {
    const requests = 'face_blacklist_requests_total';
    const work = async () => {
      for (let id = 1; id <= 20; id++) await api.get(`/api/v1/blacklist/${4_000 + id}/`);
      for (let id = 1; id <= 20; id++) await api.get(`/nowhere/${id}?q=Jane`);
      for (const method of ['PROPFIND', 'REPORT', 'MKCOL']) await api.send(method, '/healthz');
    };
    const get = { method: 'GET', status: '404' };
    expect(
      await growth(
        {
          missing: [requests, { ...get, route: '/api/v1/blacklist/{id}/' }],
          nowhere: [requests, { ...get, route: 'none' }],
          strange: [requests, { method: 'other', status: '405', route: 'none' }],
          timed: ['face_blacklist_request_duration_seconds_count', { route: '/api/v1/blacklist/{id}/' }],
        },
        work,
      ),
    ).toEqual({ missing: 20, nowhere: 20, strange: 3, timed: 20 });
    const { samples } = await scrape();
    // A value may have these digits by chance.
    const labels = samples.map((sample) => sample.labels);
    expect(JSON.stringify(labels)).not.toMatch(/Jane|nowhere|4001|PROPFIND/);
  });

  test('counts pictures and matches by their source, where that is told', async () => {
    const { id } = await api.list([people.listed]);
    const grown = await growth(
      {
        match: ['face_blacklist_pictures_total', { outcome: 'match', source: 'Door 1' }],
        unusable: ['face_blacklist_pictures_total', { outcome: 'unusable', source: 'Door 1' }],
        matches: ['face_blacklist_matches_total', { source: 'Door 1' }],
      },
      async () =>
        api.processInputs([people.group.toString('base64'), 'nowhere.jpg'], {
          source: 'Door 1',
          references: ['secret 1', 'secret 2'],
        }),
    );
    expect(grown).toEqual({ match: 1, unusable: 1, matches: 1 });
    expect(JSON.stringify((await scrape()).samples)).not.toContain('secret');
    await api.delete(id);
  });

  test('counts pictures, faces, matches, and the stages of their work', async () => {
    await api.list([people.listed]);
    const pictures = 'face_blacklist_pictures_total';
    const stage = (name: string): [string, Record<string, string>] => [
      'face_blacklist_stage_duration_seconds_count',
      { stage: name },
    ];
    const grown = await growth(
      {
        match: [pictures, { outcome: 'match' }],
        no_match: [pictures, { outcome: 'no_match' }],
        unusable: [pictures, { outcome: 'unusable' }],
        faces: ['face_blacklist_faces_total'],
        matches: ['face_blacklist_matches_total'],
        turns: ['face_blacklist_queue_wait_seconds_count', { queue: 'turn' }],
        engine: ['face_blacklist_queue_wait_seconds_count', { queue: 'engine' }],
        ...Object.fromEntries(stages.map((name) => [name, stage(name)])),
      },
      async () =>
        api.processInputs([
          people.group.toString('base64'),
          (await pictureOfNothing()).toString('base64'),
          'nowhere.jpg',
        ]),
    );
    expect(grown).toEqual({
      match: 1,
      no_match: 1,
      unusable: 1,
      faces: 3,
      matches: 1,
      turns: 2,
      engine: 2,
      decode: 2,
      detect: 2,
      mesh: 1,
      embed: 1,
      search: 1,
      // Her crop and the picture with boxes are drawn. These two, both originals and both records are stored.
      draw: 2,
      store: 6,
    });
  });

  test('has histograms whose parts agree', async () => {
    const { types, samples } = await scrape();
    const histograms = [...types].filter(([, type]) => type === 'histogram').map(([name]) => name);
    expect(histograms.filter((name) => name.startsWith('face_blacklist_'))).toEqual([
      'face_blacklist_request_duration_seconds',
      'face_blacklist_queue_wait_seconds',
      'face_blacklist_stage_duration_seconds',
    ]);
    for (const { name, labels, value } of samples.filter((one) => one.name.endsWith('_count'))) {
      const of = (part: string) =>
        samples.filter(
          (one) =>
            one.name === name.replace(/count$/, part) &&
            Object.entries(labels).every(([label, text]) => one.labels[label] === text),
        );
      const buckets = of('bucket');
      expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value });
      expect(buckets.map((one) => one.value)).toEqual(
        buckets.map((one) => one.value).toSorted((one, other) => one - other),
      );
      expect(of('sum')[0]?.value).toBeGreaterThanOrEqual(0);
    }
  });

  test("follows the gallery's size, and tells of threads, queues, memory and the event loop", async () => {
    const before = await total('face_blacklist_gallery_faces');
    const { id } = await api.list([people.stranger]);
    expect(await total('face_blacklist_gallery_faces')).toBe(before + 1);
    await api.delete(id);
    expect(await total('face_blacklist_gallery_faces')).toBe(before);
    expect(await total('face_blacklist_engine_workers')).toBe(1);
    expect(await total('face_blacklist_engine_busy_workers')).toBe(0);
    expect(await total('face_blacklist_queue_length')).toBe(0);
    expect(await total('process_resident_memory_bytes')).toBeGreaterThan(50e6);
    const { types } = await scrape();
    expect(types.get('nodejs_eventloop_lag_p99_seconds')).toBe('gauge');
    expect(
      await total('face_blacklist_info', { model: 'Fusion', backend: 'deepface', runtime: 'onnx' }),
    ).toBe(1);
  });

  test('tells which match events wait for whom, by the origin alone; so does the status', async () => {
    const { origin } = new URL(receiver.url);
    await receiver.until(() => receiver.taken.length > 0);
    // Those of before are all delivered.
    await expect.poll(() => total('face_blacklist_outbox_pending', { receiver: origin })).toBe(0);
    receiver.answer = () => ({ status: 503 });
    const refused = receiver.received.length;
    await api.process(people.group);
    await receiver.until(() => receiver.received.length > refused);
    expect(await total('face_blacklist_outbox_pending', { receiver: origin })).toBe(1);
    expect(await total('face_blacklist_outbox_oldest_seconds', { receiver: origin })).toBeGreaterThan(0);
    const status = answer(await api.get('/api/v1/status'), 200, Status);
    expect(status.webhooks).toMatchObject([{ receiver: origin, pending: 1, given_up: 0 }]);
    const { samples } = await scrape();
    expect(samples.filter(({ labels }) => labels.receiver?.includes('/hook'))).toEqual([]);
  });
});

test('the status tells of this process, its throughput and its token', async () => {
  const status = answer(await api.get('/api/v1/status'), 200, Status);
  expect(status).toMatchObject({
    health: { status: 'ok', detail: null },
    counts: { entries: 1, images: 1 },
    settings: { authentication: 'tokens', console_needs_token: true, workers: 1, runtime: 'onnx' },
    warnings: [],
  });
  expect(status.throughput?.pictures_last_hour).toBe(status.counts.processed);
  expect(status.throughput?.faces_last_hour).toBeGreaterThan(0);
  expect(status.throughput?.median_ms).toBeGreaterThan(0);
  expect(Date.parse(status.started_at ?? '')).toBeLessThan(Date.now());
});

describe('docs/grafana-dashboard.json', () => {
  const Dashboard = z.object({
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })),
    templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  });

  test('asks for nothing but what a scrape has, from a data source that is chosen', async () => {
    const text = await readFile('docs/grafana-dashboard.json', 'utf8');
    const { panels, templating } = Dashboard.parse(JSON.parse(text));
    expect(templating.list).toContainEqual({ name: 'datasource', type: 'datasource' });
    const { types } = await scrape();
    const known = [...types].flatMap(([name, type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    );
    const asked = panels.flatMap(({ title, targets }) =>
      targets.map(
        ({ expr }) => [title, expr.match(/\b(?:face_blacklist|process|nodejs)_\w+/g) ?? []] as const,
      ),
    );
    expect(asked.filter(([, names]) => names.length === 0)).toEqual([]);
    for (const [title, names] of asked) expect(known, title).toEqual(expect.arrayContaining([...names]));
    const own = new Set(
      asked.flatMap(([, names]) => names.map((name) => name.replace(/_(bucket|sum|count)$/, ''))),
    );
    const unshown = [...types.keys()].filter((name) => name.startsWith('face_blacklist_') && !own.has(name));
    expect(unshown).toEqual(['face_blacklist_info']);
  });
});

test('tells verdicts to every role, and entries only to those who may read the list', async () => {
  const { id } = await api.list([people.listed]);
  const [result] = await api.processInputs([people.group.toString('base64')]);
  const faces = result?.faces ?? [];
  const face_index = faces.findIndex(({ blacklist_matches }) => blacklist_matches.length > 0);
  const review = { face_index, entry_id: id, verdict: 'rejected' };
  const judged = await api.sendJson('PUT', `/api/v1/processed-images/${result?.db_id}/review`, review);
  expect(judged.status).toBe(200);
  const { samples } = await scrape();
  const gaugeOf = (name: string, labels: object) =>
    samples.find(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )?.value;
  expect(gaugeOf('face_blacklist_entry_rejected_share', { entry_id: String(id) })).toBe(1);
  expect(gaugeOf('face_blacklist_reviewed_matches', { verdict: 'rejected' })).toBe(1);
  expect(gaugeOf('face_blacklist_accusing_entries', {})).toBe(0);
  const told = await fetch(new URL('/metrics', url), { headers: { Authorization: `Bearer ${scraper}` } });
  const text = await told.text();
  expect(text).toMatch(/^face_blacklist_reviewed_matches\{verdict="rejected"\} 1$/m);
  expect(text).toMatch(/^face_blacklist_rejected_share\{.*threshold=/m);
  expect(text).not.toMatch(/entry_id|entry_rejected_share/);
  await api.delete(id);
});
