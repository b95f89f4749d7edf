import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CameraEvent, MatchEvent } from '../../lib/contract/match-event.ts';
import { openMqtt } from '../../lib/events/mqtt.ts';
import { freePort } from '../../local/free-port.ts';

/** Makes the event of a match. */
function eventOf({ camera, name }: { readonly camera: string | null; readonly name: string }): MatchEvent {
  const entry = { id: 3, name, severity: null, category: null, expires_at: null };
  const match = {
    ...{ entry, image_id: 'a', distance: 0.2, threshold: 0.385, similarity: 99 },
    ...{ similarity_metric: 'cosine' as const, model: 'Fusion' },
  };
  return {
    type: 'face.matched',
    timestamp: '2026-11-29T12:00:00.000Z',
    data: {
      picture_id: '3da2db12-a1b8-41d3-ab0c-957c266de12f',
      db_id: 41,
      source: camera,
      reference: 'jane-roe.jpg',
      camera,
      track: null,
      entries: [{ ...entry, similarity: 99 }],
      faces: [{ face_index: 0, box: null, matches: [match] }],
      truncated: false,
    },
  };
}

let folder: string;
const brokers: ChildProcess[] = [];
let url: string;
let reader: MqttClient;
const newest = new Map<string, string>();
let wake: () => void = () => undefined;

async function isListening(port: number): Promise<void> {
  for (;;) {
    const socket = connectSocket(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await delay(20);
  }
}

/** Starts a broker, which takes whoever comes or nobody. */
async function startBroker(port: number, isOpen = true): Promise<ChildProcess> {
  const file = join(folder, `mosquitto-${port}.conf`);
  await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous ${isOpen}\n`);
  const started = spawn(process.env.MOSQUITTO_PATH ?? '/usr/sbin/mosquitto', ['-c', file], {
    stdio: 'ignore',
  });
  brokers.push(started);
  await isListening(port);
  return started;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-'));
  const port = await freePort();
  await startBroker(port);
  url = `mqtt://127.0.0.1:${port}`;
  reader = await connectAsync(url);
  reader.on('message', (topic, payload) => {
    newest.set(topic, payload.toString());
    wake();
  });
  await reader.subscribeAsync('#', { qos: 1 });
});

afterAll(async () => {
  await reader?.endAsync(true);
  for (const broker of brokers) broker.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** Waits until a topic has a payload that a test looks for. */
async function payloadOf(topic: RegExp, wanted: RegExp): Promise<string> {
  for (;;) {
    for (const [name, payload] of newest) if (topic.test(name) && wanted.test(payload)) return payload;
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

async function open(hasNames: boolean): ReturnType<typeof openMqtt> {
  newest.delete('face-blacklist/availability');
  const target = await openMqtt({ url, hasNames }, () => [{ name: 'Front door', isOffline: false }]);
  await payloadOf(/^face-blacklist\/availability$/, /^online$/);
  return target;
}

test('the broker learns of the service, of its cameras, and of matches by id and not by name', async () => {
  const target = await open(false);
  const config = JSON.parse(await payloadOf(/^homeassistant\/event\/.*config$/, /front_door/));
  expect(config).toMatchObject({
    event_types: ['face_matched'],
    availability_topic: 'face-blacklist/availability',
  });
  const connectivity = JSON.parse(await payloadOf(/^homeassistant\/binary_sensor\//, /front_door/));
  await expect.poll(() => newest.get(connectivity.state_topic)).toBe('online');

  expect(await target.send([eventOf({ camera: 'Front door', name: 'Jane Roe' })])).toEqual([
    { outcome: 'delivered' },
  ]);
  const match = await payloadOf(/^face-blacklist\/cameras\/front_door_.*\/match$/, /face_matched/);
  expect(JSON.parse(match)).toMatchObject({ event_type: 'face_matched', entries: [{ id: 3 }] });
  await payloadOf(/^face-blacklist\/events\/face\.matched$/, /./);
  expect([...newest.values()].join()).not.toMatch(/Jane|jane-roe/);
  expect(newest.has(config.state_topic)).toBe(true);

  const away: CameraEvent = {
    type: 'camera.offline',
    timestamp: new Date().toISOString(),
    data: { camera: 'Front door', reason: 'It ended the stream.' },
  };
  await target.send([away]);
  await payloadOf(/\/state$/, /^offline$/);
  await target.close();
  await payloadOf(/^face-blacklist\/availability$/, /^offline$/);
});

test('names are told where the operator wants it', async () => {
  const target = await open(true);
  await target.send([eventOf({ camera: 'Front door', name: 'Jane Roe' })]);
  await payloadOf(/^face-blacklist\/events\/face\.matched$/, /Jane Roe/);
  await target.close();
});

test('a broker that is away takes nothing, and what it is told names no password', async () => {
  const secret = `mqtt://user:geheim@127.0.0.1:${await freePort()}`;
  const target = await openMqtt({ url: secret, hasNames: false }, () => []);
  const [attempt] = await target.send([eventOf({ camera: null, name: 'Jane Roe' })]);
  expect(attempt).toMatchObject({ outcome: 'unreachable' });
  expect(JSON.stringify(attempt)).not.toMatch(/geheim|user/);
  await target.close();
});

test('a service that is killed counts as offline, because the broker has its will', async () => {
  newest.delete('face-blacklist/availability');
  const script = join(folder, 'service.ts');
  const module = join(import.meta.dirname, '../../lib/events/mqtt.ts');
  await writeFile(
    script,
    `import { openMqtt } from '${module}';
     await openMqtt({ url: '${url}', hasNames: false }, () => []);`,
  );
  const service = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
  await payloadOf(/^face-blacklist\/availability$/, /^online$/);
  service.kill('SIGKILL');
  await payloadOf(/^face-blacklist\/availability$/, /^offline$/);
});

test('a broker that refuses the service, and then starts anew, is told everything again', async () => {
  const port = await freePort();
  const refusing = await startBroker(port, false);
  const target = await openMqtt({ url: `mqtt://127.0.0.1:${port}`, hasNames: false }, () => [
    { name: 'Front door', isOffline: true },
  ]);
  const [attempt] = await target.send([eventOf({ camera: null, name: 'Jane Roe' })]);
  expect(attempt).toMatchObject({ outcome: 'unreachable' });
  // It has refused a client of the same process, so the target too by now.
  await expect(connectAsync(`mqtt://127.0.0.1:${port}`)).rejects.toThrow(/refused/i);
  refusing.kill('SIGKILL');
  await once(refusing, 'close');
  await startBroker(port);
  const later = await connectAsync(`mqtt://127.0.0.1:${port}`);
  const told = new Map<string, string>();
  const isAnnounced = new Promise<void>((resolve) => {
    later.on('message', (topic, payload) => {
      told.set(topic, payload.toString());
      if (topic === 'face-blacklist/availability') resolve();
    });
  });
  await later.subscribeAsync('#', { qos: 1 });
  await isAnnounced;
  const states = () => [...told].filter(([topic]) => topic.endsWith('/state')).map(([, state]) => state);
  await expect.poll(states).toEqual(['offline']);
  expect(await target.send([eventOf({ camera: null, name: 'Jane Roe' })])).toEqual([
    { outcome: 'delivered' },
  ]);
  await target.close();
  await later.endAsync(true);
});
