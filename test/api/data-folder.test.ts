import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Status } from '../../lib/contract/endpoints/status.ts';
import { describeWithDisk, mountSmallDisk } from '../small-disk.ts';
import { ApiClient, answer, refusal } from '../suites/api/client.ts';
import { connectOverHttp } from './connections.ts';
import { encodedAgain, sample } from './pictures.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';

/** Changes that other programs make to a running server's data, as its clients see them. */

let picture: Buffer;
beforeAll(async () => {
  picture = await sample(6, 640);
});

async function start(folder: string) {
  const server = await startServerProcess(folder);
  return { server, api: new ApiClient(connectOverHttp(server.url)) };
}

/**
 * Reads the database as another program does, and closes it. It uses Python, whose older SQLite does more
 * harm.
 */
function readFromOutside(path: string): void {
  const script = `import sqlite3
connection = sqlite3.connect(${JSON.stringify(path)})
connection.execute('SELECT count(*) FROM entry').fetchall()
connection.close()`;
  const node = `new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)}).exec('SELECT count(*) FROM entry')`;
  expect(spawnSync(process.execPath, ['-e', node]).status).toBe(0);
  const python = spawnSync('python3', ['-c', script]);
  if (!python.error) expect(python.status).toBe(0);
}

describe('a started server that is killed', () => {
  it('has all that it acknowledged, though others read its database and clients asked for its files', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'face-blacklist.sqlite');
    const first = await start(folder.path);
    const gone = await first.api.list([picture], { name: 'Gone' });
    await first.api.list([picture], { name: 'Ada' });
    readFromOutside(path);
    await first.api.list([picture], { name: 'Bob' });
    for (const suffix of ['', '-shm', '-wal']) {
      const name = `face-blacklist.sqlite${suffix}`;
      await symlink(path + suffix, join(folder.path, `soft${suffix}.jpg`));
      await link(path + suffix, join(folder.path, `hard${suffix}.jpg`));
      const results = await first.api.processInputs([name, `soft${suffix}.jpg`, `hard${suffix}.jpg`]);
      expect(results.map(({ error }) => error)).toEqual(
        Array(3).fill(expect.stringContaining('no readable picture file')),
      );
    }
    readFromOutside(path);
    await first.api.delete(gone.id);
    await first.api.list([picture], { name: 'Eve' });
    await first.server.process.end('SIGKILL');

    // A part of a picture that was being written when it was killed: it may show somebody who is erased next.
    // A whole one, of which nothing was recorded yet, goes too.
    const unrecorded = 'processed/2026-11-30/0b7c2a52-original.jpg';
    await mkdir(dirname(join(folder.path, unrecorded)), { recursive: true });
    const parts = ['blacklist/2/.tmp-part', 'processed/.tmp-part', unrecorded].map((place) =>
      join(folder.path, place),
    );
    for (const part of parts) await writeFile(part, picture);
    await delay(20);
    const second = await start(folder.path);
    await using _server = second.server;
    await vi.waitFor(() => expect(parts.filter(existsSync)).toEqual([]), { timeout: 30_000 });
    expect((await second.api.entries()).map(({ name }) => name)).toEqual(['Ada', 'Bob', 'Eve']);
    expect((await second.api.list([picture], { name: 'Joan' })).id).toBe(gone.id + 4);
  });
});

describe('a started server beside which another program writes', () => {
  it('answers who only reads and who only looks, and tells the others to come again', async () => {
    await using folder = await temporaryFolder();
    const { server, api } = await start(folder.path);
    await using _server = server;
    const { id } = await api.list([picture], { name: 'Ada' });
    const another = await encodedAgain(picture);
    using other = new DatabaseSync(join(folder.path, 'face-blacklist.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    // Who adds is kept waiting for some seconds. On a slow machine, a look may take as long.
    let looksMeanwhile = 0;
    while (looksMeanwhile < 3) {
      let areWaiting = true;
      const adding = Array.from({ length: 4 }, async () => {
        const reply = await api.upload(`/api/v1/blacklist/${id}/images`, {}, [another]);
        areWaiting = false;
        return reply;
      });
      for (let look = 0; look < 3; look++) {
        expect(await api.detect(picture)).not.toEqual([]);
        if (areWaiting) looksMeanwhile++;
      }
      expect(await api.entry(id)).toMatchObject({ image_count: 1 });
      for (const reply of await Promise.all(adding)) {
        expect(refusal(reply)).toEqual([503, 'Another program has locked the database.']);
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      }
    }
    other.exec('COMMIT');
    expect(await api.addImages(id, [another])).toMatchObject({ errors: [expect.any(String)] });
    expect(await api.entry(id)).toMatchObject({ image_count: 2 });
  });
});

describeWithDisk('a started server whose disk is full', () => {
  it('says 507 to who adds, lets people be deleted, also after a kill, and goes on when there is room', async () => {
    await using disk = await mountSmallDisk(32 * 1024 * 1024);
    const first = await start(disk.path);
    const people = [];
    for (const name of ['Ada', 'Bob', 'Eve']) people.push(await first.api.list([picture], { name }));
    disk.fill();
    const full = [507, expect.stringMatching(/^The disk is full/)];
    const look = (api: ApiClient) =>
      api.sendJson('POST', '/api/v1/process/process-images', { images: [picture.toString('base64')] });
    expect(refusal(await look(first.api))).toEqual(full);
    expect(refusal(await first.api.upload('/api/v1/blacklist/', { name: 'Joan' }, [picture]))).toEqual(full);
    expect(refusal(await first.api.get('/healthz'))).toEqual(full);
    const status = answer(await first.api.get('/api/v1/status'), 200, Status);
    expect(status.health).toMatchObject({ status: 'failing', detail: full[1] });
    expect((await first.api.entries()).map(({ name }) => name)).toEqual(['Ada', 'Bob', 'Eve']);
    await first.api.delete(people[0]?.id ?? 0);
    disk.fill();
    await first.server.process.end('SIGKILL');

    const { server, api } = await start(disk.path);
    await using _server = server;
    await api.delete(people[1]?.id ?? 0);
    expect((await api.entries()).map(({ name }) => name)).toEqual(['Eve']);
    disk.fill();
    expect(refusal(await look(api))).toEqual(full);
    await disk.relieve();
    expect((await look(api)).status).toBe(200);
    expect(await api.list([picture], { name: 'Joan' })).toMatchObject({ name: 'Joan' });
    expect((await api.get('/healthz')).status).toBe(200);
  });
});
