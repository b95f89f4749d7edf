import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordAccesses } from '../../../lib/audit/in-process.ts';
import type { AuditFacts } from '../../../lib/audit/port.ts';
import { CameraEntry } from '../../../lib/cameras/settings.ts';
import { CameraWatcher } from '../../../lib/cameras/watch.ts';
import { CameraState } from '../../../lib/contract/endpoints/cameras.ts';
import type { FaceFollower } from '../../../lib/faces/follower.ts';
import { plainTokens } from '../../../lib/service/tokens.ts';
import { AddedCameras } from '../../../local/added-cameras.ts';
import { cameraRoutes } from '../../../local/server/camera-routes.ts';
import { WatchedCameras } from '../../../local/watched-cameras.ts';
import { testPicture } from '../../cameras/http-camera.ts';
import { type RunningServer, startServer } from './running-server.ts';

/** Sees nobody. */
const follower: FaceFollower = {
  scale: { same: 0.2, differs: 0.7 },
  look: async () => [],
  nearest: async () => {
    throw new Error('There is nothing to search for.');
  },
};

const tokens = {
  admin: 'a-token-of-the-admin',
  desk: 'a-token-of-the-desk',
  check: 'a-token-to-check-pictures',
  metrics: 'a-token-of-the-monitor',
};
const as = (role: keyof typeof tokens) => ({ Authorization: `Bearer ${tokens[role]}` });

let server: RunningServer;
let folder: string;
let added: AddedCameras;
let stop: AbortController;
let running: Promise<unknown>;

interface StartOptions {
  readonly isOperatorAlone?: boolean;
  readonly pushSilenceMs?: number;
}

async function start({ isOperatorAlone = false, ...options }: StartOptions = {}): Promise<void> {
  const listener = {
    onMatch: async () => true,
    onEnded: async () => undefined,
    onState: () => undefined,
    onError: (error: unknown) => {
      throw error;
    },
  };
  const needs = { follower, judge: { judge: async () => undefined }, listener, ffmpeg: 'ffmpeg', ...options };
  stop = new AbortController();
  const roles = Object.keys(tokens) as (keyof typeof tokens)[];
  const current = roles.flatMap((role) =>
    plainTokens([tokens[role]]).map(({ digest }) => ({ actor: { name: role, role }, digest })),
  );
  folder = await mkdtemp(join(tmpdir(), 'cameras-'));
  added = new AddedCameras({ dataDir: folder });
  const watched = new WatchedCameras((camera) => new CameraWatcher(camera, needs), added);
  watched.begin(CameraEntry.parse({ name: 'Côté desk', url: 'push' }));
  watched.begin(CameraEntry.parse({ name: 'door', url: 'http://user:secret@127.0.0.1:1/path?key=word' }));
  running = watched.run(stop.signal);
  const routes = cameraRoutes(watched.watchers, isOperatorAlone ? undefined : watched);
  server = await startServer([], { routes, namedTokens: { current } });
}

async function end(): Promise<void> {
  stop.abort();
  await running;
  await server.stop();
  await rm(folder, { recursive: true });
}

beforeEach(() => start());
afterEach(end);

async function states(): Promise<CameraState[]> {
  const reply = await server.send('GET', '/api/v1/cameras', { headers: as('desk') });
  expect(reply.status).toBe(200);
  return CameraState.array().parse(reply.json());
}

/** Waits until a camera is in a state. */
async function stateOf(name: string, wanted: CameraState['state']): Promise<CameraState> {
  for (;;) {
    const found = (await states()).find((camera) => camera.name === name);
    if (found?.state === wanted) return found;
    await delay(20);
  }
}

const pushPath = `/api/v1/cameras/${encodeURIComponent('CÔTÉ desk')}/frames`;

test('the list tells of each camera why it gives no frames, and no user, password, path or query', async () => {
  const door = await stateOf('door', 'offline');
  expect(door).toMatchObject({
    address: 'http://127.0.0.1:1',
    reason: 'Nothing listens at that host and port.',
  });
  const reply = await server.send('GET', '/api/v1/cameras', { headers: as('desk') });
  expect(reply.bytes.toString()).not.toMatch(/secret|user|path|key=word/);
});

test('a picture that is sent is looked at, and is the newest frame then', async () => {
  const body = await testPicture(1);
  const sent = await server.send('POST', pushPath, { headers: as('check'), body });
  expect([sent.status, sent.json()]).toEqual([202, { camera: 'Côté desk' }]);
  const camera = await stateOf('Côté desk', 'online');
  expect(camera).toMatchObject({ width: 320, height: 240, address: 'push' });
  const framePath = pushPath.replace(/s$/, '');
  const frame = await server.send('GET', framePath, { headers: as('desk') });
  expect(frame.status).toBe(200);
  expect(frame.headers['content-type']).toBe('image/jpeg');
  expect(frame.headers['cache-control']).toBe('private, no-store');
});

test('a camera to which nobody sends any more is offline until the next picture', async () => {
  await end();
  await start({ pushSilenceMs: 2_000 });
  const body = await testPicture(1);
  await server.send('POST', pushPath, { headers: as('check'), body });
  const silent = await stateOf('Côté desk', 'offline');
  expect(silent.reason).toBe('No picture has come for 2 seconds.');
  // On a machine that stalls, the camera may be silent again before it is asked for.
  const afterPicture = async () => {
    await server.send('POST', pushPath, { headers: as('check'), body });
    return (await states()).find(({ name }) => name === 'Côté desk');
  };
  await expect.poll(afterPicture).toMatchObject({ state: 'online', reason: null });
});

test('a picture may come in a form, and one that is none is refused in words', async () => {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(await testPicture(2))]), 'a.jpg');
  const url = `http://127.0.0.1:${server.port}${pushPath}`;
  const sent = await fetch(url, { method: 'POST', headers: as('check'), body: form });
  expect(sent.status).toBe(202);
  const refused = await server.send('POST', pushPath, { headers: as('check'), body: 'no picture' });
  expect(refused.status).toBe(400);
  const other = await server.send('POST', '/api/v1/cameras/door/frames', { headers: as('check'), body: 'x' });
  expect([other.status, other.json()]).toEqual([
    400,
    { detail: 'This camera is watched by its address, and takes no pictures.' },
  ]);
  const unknown = await server.send('POST', '/api/v1/cameras/none/frames', {
    headers: as('check'),
    body: 'x',
  });
  expect([unknown.status, unknown.json()]).toEqual([404, { detail: 'There is no camera of this name.' }]);
});

test('whoever has not the role neither sends, nor sees, nor pauses', async () => {
  const body = await testPicture(1);
  expect((await server.send('POST', pushPath, { headers: as('metrics'), body })).status).toBe(403);
  expect((await server.send('POST', pushPath, { body })).status).toBe(401);
  expect((await server.send('GET', '/api/v1/cameras', { headers: as('check') })).status).toBe(403);
  const pause = { headers: as('check'), body: '{"paused":true}' };
  expect((await server.send('PUT', '/api/v1/cameras/door', pause)).status).toBe(403);
});

test('a paused camera takes no picture, says so at once, and goes on with the next picture', async () => {
  const put = (paused: boolean) =>
    server.send('PUT', pushPath.replace(/\/frames$/, ''), {
      headers: as('desk'),
      body: JSON.stringify({ paused }),
    });
  const push = async () =>
    server.send('POST', pushPath, { headers: as('check'), body: await testPicture(1) });
  await push();
  const { since: before } = await stateOf('Côté desk', 'online');
  const paused = (await put(true)).json() as CameraState;
  expect(paused).toMatchObject({ state: 'paused', fps_seen: 0, faces: [], reason: null });
  expect(Date.parse(paused.since)).toBeGreaterThan(Date.parse(before));
  const refused = await push();
  expect([refused.status, refused.json()]).toEqual([
    409,
    { detail: 'The camera is paused, and takes no pictures.' },
  ]);
  expect((await put(false)).json()).toMatchObject({ state: 'starting' });
  expect((await push()).status).toBe(202);
  await stateOf('Côté desk', 'online');
});

test('a pause stops a camera, shows no frame, and is written to the audit trail', async () => {
  const lines: AuditFacts[] = [];
  recordAccesses({ record: async (facts) => void lines.push(facts) });
  const pause = (paused: boolean) =>
    server.send('PUT', '/api/v1/cameras/door', { headers: as('desk'), body: JSON.stringify({ paused }) });
  expect((await pause(true)).json()).toMatchObject({ name: 'door', state: 'paused' });
  await stateOf('door', 'paused');
  expect((await server.send('GET', '/api/v1/cameras/door/frame', { headers: as('desk') })).status).toBe(404);
  await pause(false);
  await stateOf('door', 'offline');
  const pauses = lines.filter(({ action }) => action === 'pauseCamera');
  expect(pauses).toMatchObject([
    { actor: 'desk', outcome: 200, detail: 'door: paused' },
    { actor: 'desk', outcome: 200, detail: 'door: resumed' },
  ]);
});

const post = (body: unknown, role: keyof typeof tokens = 'admin') =>
  server.send('POST', '/api/v1/cameras', { headers: as(role), body: JSON.stringify(body) });
const remove = (name: string, role: keyof typeof tokens = 'admin') =>
  server.send('DELETE', `/api/v1/cameras/${encodeURIComponent(name)}`, { headers: as(role) });
const yard = { name: 'Yard', url: 'http://watcher:geheim@127.0.0.1:1/secret-path', fps: 2 };

test('an admin adds a camera, whose address is kept for the next start and told by nothing', async () => {
  const lines: AuditFacts[] = [];
  recordAccesses({ record: async (facts) => void lines.push(facts) });
  const reply = await post(yard);
  expect([reply.status, reply.json()]).toMatchObject([
    201,
    { name: 'Yard', address: 'http://127.0.0.1:1', fps: 2 },
  ]);
  await stateOf('Yard', 'offline');
  const list = await server.send('GET', '/api/v1/cameras', { headers: as('desk') });
  expect(list.bytes.toString() + JSON.stringify(lines)).not.toMatch(/geheim|watcher|secret-path/);
  expect(lines).toMatchObject([{ action: 'addCamera', actor: 'admin', detail: 'Yard' }]);
  const file = join(folder, 'cameras-added.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(new AddedCameras({ dataDir: folder }).list).toEqual([CameraEntry.parse(yard)]);

  expect((await post({ ...yard, name: 'YARD' })).status).toBe(409);
  expect((await remove('yard')).json()).toMatchObject({ name: 'Yard' });
  expect((await states()).map(({ name }) => name)).toEqual(['Côté desk', 'door']);
  expect(await readFile(file, 'utf8')).toBe('[]');
  expect((await remove('yard')).status).toBe(404);
});

test('nobody but an admin adds or removes one, and none that the operator has named', async () => {
  expect((await post(yard, 'desk')).status).toBe(403);
  expect((await remove('door', 'desk')).status).toBe(403);
  const refused = await remove('door');
  expect([refused.status, refused.json()]).toEqual([
    409,
    { detail: "The operator's file names this camera: take it out there." },
  ]);
  await end();
  await start({ isOperatorAlone: true });
  expect((await post(yard)).json()).toMatchObject({ detail: expect.stringMatching(/CAMERA_NETWORKS/) });
  expect(added.list).toEqual([]);
});

test.each([
  ['a device', { url: '/dev/video0' }, 'url'],
  ['a file of this machine', { url: '/etc/passwd' }, 'url'],
  ['a variable of the environment', { url: ['http://camera/$', '{API_TOKENS}'].join('') }, 'url'],
  ['another scheme', { url: 'ftp://user:geheim@camera/x' }, 'url'],
  ['a slash in its name', { name: 'a/b' }, 'name'],
  ['too many frames', { fps: 60 }, 'fps'],
])('a camera with %s is refused in words that repeat no address', async (_, fields, at) => {
  const reply = await post({ ...yard, ...fields });
  expect([reply.status, reply.json()]).toMatchObject([422, { detail: [{ loc: ['body', at] }] }]);
  expect(reply.bytes.toString()).not.toMatch(/geheim|passwd|API_TOKENS/);
});
