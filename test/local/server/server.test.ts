import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { connectOverHttp } from '../../api/connections.ts';
import { sample } from '../../api/pictures.ts';
import {
  type RunningProcess,
  ServerProcess,
  type Settings,
  startServerProcess,
  temporaryFolder,
} from '../../api/server-process.ts';
import { ApiClient, newName, refusal } from '../../suites/api/client.ts';
import { findPeople } from '../../suites/api/people.ts';

const tokens = ['first-secret-token', 'second-secret-token'] as const;

describe('a start', () => {
  /** Starts a server that is expected to refuse, and returns the text that its user reads. */
  const refused = async (settings: Settings) => {
    await using folder = await temporaryFolder();
    const { code, errors } = await new ServerProcess(folder.path, settings).exit;
    return { code, lines: errors.trimEnd().split('\n') };
  };

  it.each(['0.0.0.0', '::', 'faces.example'])(
    'on HOST=%s without tokens is refused, and the message says what to do',
    async (HOST) => {
      const { code, lines } = await refused({ HOST });
      expect(code).toBe(1);
      expect(lines).toEqual([expect.stringMatching(/^HOST=.*API_TOKENS.*ALLOW_UNAUTHENTICATED=true/)]);
      expect(lines[0]).toContain(`HOST=${HOST} `);
    },
  );

  it('with bad settings is refused, and the message names each of them and what it takes', async () => {
    const { code, lines } = await refused({
      PORT: 'eighty',
      DISTANCE_METRIC: 'manhattan',
      API_TOKENS: 'tök en',
    });
    expect(code).toBe(1);
    expect(lines.toSorted()).toEqual([
      expect.stringMatching(/^API_TOKENS takes /),
      expect.stringMatching(/^DISTANCE_METRIC takes .*cosine, euclidean, .*manhattan/),
      expect.stringMatching(/^PORT takes a whole number from 0 to 65535.*eighty/),
    ]);
    expect(lines.join()).not.toContain('tök');
  });

  it('on a port that is taken is refused, and the message names the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, lines } = await refused({ PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`can't listen.*in use.*:${port}\\. Set PORT`))]);
  });
});

describe('a started server', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RunningProcess;
  let api: ApiClient;
  let alone: Buffer;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startServerProcess(folder.path, { API_TOKENS: tokens.join(), HOST: '0.0.0.0' });
    api = new ApiClient(connectOverHttp(server.url, tokens[0]));
    ({ stranger: alone } = await findPeople());
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await folder.remove();
  });

  it('says in its first line where it listens, with which backend and model, and where its data is', () => {
    const [first] = server.process.lines;
    expect(first).toMatchObject({
      level: 'info',
      url: server.url,
      backend: 'deepface',
      model: 'Fusion',
      data: folder.path,
    });
    for (const part of [server.url, 'deepface', 'Fusion', folder.path]) expect(first?.msg).toContain(part);
  });

  it('answers to its tokens alone, but says how it is and welcome to everyone', async () => {
    const statuses = async (token?: string) => {
      const client = connectOverHttp(server.url, token);
      const paths = ['/api/v1/blacklist/', '/api/v1/', '/openapi.json', '/docs', '/healthz', '/'];
      return Promise.all(paths.map(async (path) => (await client.send('GET', path)).status));
    };
    expect(await statuses()).toEqual([401, 401, 401, 401, 200, 200]);
    expect(await statuses('third-secret-token')).toEqual([401, 401, 401, 401, 200, 200]);
    for (const token of tokens) expect(await statuses(token)).toEqual([200, 200, 200, 200, 200, 200]);
    const without = await connectOverHttp(server.url).send('GET', '/api/v1/blacklist/');
    expect(refusal(without)).toEqual([401, 'Not authenticated']);
    expect(without.headers['www-authenticate']).toBe('Bearer');
  });

  it('logs a line for each request, with counts, and nothing of people, pictures and tokens', async () => {
    const logged = server.process.lines.length;
    const name = newName();
    const ids: (string | undefined)[] = [];
    const send = async (work: Promise<{ headers: Readonly<Record<string, string>> }>) => {
      ids.push((await work).headers['x-request-id']);
    };
    const image = alone.toString('base64');
    const listing = api.upload('/api/v1/blacklist/', { name, reason: 'Shoplifting.' }, [
      [`${name}.jpg`, alone],
    ]);
    const { id } = JSON.parse((await listing).bytes.toString());
    await send(listing);
    await send(api.upload('/api/v1/blacklist/', { name }, [alone]));
    await send(api.sendJson('POST', '/api/v1/process/process-images', { images: [image, `${name}.jpg`] }));
    await send(api.sendJson('POST', '/api/v1/detect/detect-face', { image: `${name}.jpg` }));
    await send(api.update(id, { name: '' }));
    await send(api.get(`/${name}?token=${tokens[1]}`));
    await send(api.get('/api/v1/processed-images?limit=1'));
    await send(connectOverHttp(server.url, `${tokens[0]}x`).send('DELETE', `/api/v1/blacklist/${id}`));
    await send(api.send('DELETE', `/api/v1/blacklist/${id}`));

    await server.process.line((line) => line.id === ids.at(-1));
    const lines = server.process.lines.slice(logged);
    expect(lines).toMatchObject([
      { route: '/api/v1/blacklist/', method: 'POST', status: 201 },
      { route: '/api/v1/blacklist/', method: 'POST', status: 409 },
      { route: '/api/v1/process/process-images', method: 'POST', status: 200, faces: 1, matches: 1 },
      { route: '/api/v1/detect/detect-face', method: 'POST', status: 400 },
      { route: '/api/v1/blacklist/{id}/', method: 'PUT', status: 422 },
      { route: null, method: 'GET', status: 404 },
      { route: '/api/v1/processed-images/', method: 'GET', status: 200 },
      { route: '/api/v1/blacklist/{id}/', method: 'DELETE', status: 401 },
      { route: '/api/v1/blacklist/{id}/', method: 'DELETE', status: 200 },
    ]);
    expect(lines.map((line) => line.id)).toEqual(ids);
    for (const { ms, level } of lines) expect([typeof ms, level]).toEqual(['number', 'info']);

    const everything = JSON.stringify(server.process.lines.slice(1));
    for (const secret of [name.slice(0, 20), 'Shoplifting', image.slice(100, 140), 'secret-token', '.jpg']) {
      expect(everything).not.toContain(secret);
    }
    expect(everything).not.toContain(folder.path);
  });

  it('answers at once while pictures are processed', async () => {
    const picture = (await sample(1)).toString('base64');
    const count = 6;
    const start = performance.now();
    const processing = api.processInputs(Array(count).fill(picture));
    const waits: number[] = [];
    const finished = new AbortController();
    void processing.finally(() => finished.abort());
    for await (const _ of setInterval(5)) {
      const asked = performance.now();
      await api.get('/');
      waits.push(performance.now() - asked);
      if (finished.signal.aborted) break;
    }
    const ofOnePicture = (performance.now() - start) / count;
    expect((await processing).map(({ faces }) => faces.length)).toEqual(Array(count).fill(3));
    waits.sort((one, other) => one - other);
    const share = (part: number) => waits[Math.floor(part * (waits.length - 1))] ?? 0;
    const told = `of ${waits.length} waits: median ${share(0.5)} ms, 90% ${share(0.9)}, longest ${share(1)}; of a picture ${ofOnePicture}`;
    expect(waits.length, told).toBeGreaterThan(count);
    expect(share(0.9), told).toBeLessThan(ofOnePicture / 4);
  });
});

describe('a server that is told to stop', () => {
  it('answers the requests that run, closes its database and ends', async () => {
    await using folder = await temporaryFolder();
    const server = await startServerProcess(folder.path, { ALLOW_UNAUTHENTICATED: 'true', HOST: '0.0.0.0' });
    const api = new ApiClient(connectOverHttp(server.url));
    const picture = (await sample(1)).toString('base64');
    const processing = api.processInputs(Array(8).fill(picture));
    let done = 0;
    while (done === 0) done = (await api.page('?limit=1')).total_items;
    expect(done).toBeLessThan(8);
    const exit = await server.process.end('SIGTERM');
    expect((await processing).map(({ error, faces }) => [error, faces.length])).toEqual(
      Array(8).fill([null, 3]),
    );
    expect(exit).toEqual({ code: 0, signal: null, errors: '' });

    // The space for deletions stays reserved, so that nobody else takes it meanwhile. The server's lock is
    // an empty database.
    const files = (await readdir(folder.path)).filter((file) => file.includes('sqlite'));
    expect(files.sort()).toEqual([
      'face-blacklist.sqlite',
      'face-blacklist.sqlite-reserve',
      'face-blacklist.sqlite-server',
    ]);
    const records = openSqliteRecords(await openDatabase(join(folder.path, 'face-blacklist.sqlite')));
    expect(await records.listProcessed({ limit: 1, offset: 0 })).toMatchObject({ total: 8 });
    await records.close();
  });

  it('by Ctrl+C, which npm passes on as well, does the same', async () => {
    await using folder = await temporaryFolder();
    const server = await startServerProcess(folder.path);
    const exit = server.process.end('SIGINT');
    await server.process.line(({ msg }) => String(msg).startsWith('SIGINT'));
    void server.process.end('SIGINT');
    expect(await exit).toEqual({ code: 0, signal: null, errors: '' });
  });
});
