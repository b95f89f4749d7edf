import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { type Receiver, secret, startReceiver } from '../events/receiver.ts';
import { ApiClient, newName } from '../suites/api/client.ts';
import { findPeople, type People } from '../suites/api/people.ts';
import { connectOverHttp } from './connections.ts';
import { type RunningProcess, ServerProcess, startServerProcess, temporaryFolder } from './server-process.ts';

const rounds = 2;
const clients = 3;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let receiver: Receiver;
let server: RunningProcess;
let api: ApiClient;
let people: People;
let name: string;
let entryId: number;
/** Lines of all servers' logs. */
const logs: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  receiver = await startReceiver({ path: '/hook?token=hunter2' });
  await start();
  people = await findPeople();
  name = newName();
  entryId = (await api.list([people.listed], { name })).id;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await receiver.stop();
  await folder.remove();
});

async function start(): Promise<void> {
  server = await startServerProcess(folder.path, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret });
  api = new ApiClient(connectOverHttp(server.url));
}

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { errors } = await server.process.end(signal);
  logs.push(errors, ...server.process.lines.map((line) => JSON.stringify(line)));
}

/** Starts the receiver again at the same address. */
async function receiveAgain(): Promise<void> {
  const { port } = new URL(receiver.url);
  receiver = await startReceiver({ port: Number(port), path: '/hook?token=hunter2' });
}

const dbIds = () => receiver.received.map(({ event }) => event.data.db_id);

describe('match events to a webhook', () => {
  it('come with what the answer says, and only for pictures that match', async () => {
    await api.process(people.stranger);
    const result = await api.process(people.listed);
    await receiver.until(() => receiver.received.length > 0);
    const [face] = result.faces;
    const [match] = face?.blacklist_matches ?? [];
    const { x, y, w, h } = face?.facial_area ?? {};
    const noDetails = { severity: null, category: null, expires_at: null };
    expect(receiver.received).toHaveLength(1);
    const [received] = receiver.received;
    expect(received?.event).toEqual({
      type: 'face.matched',
      timestamp: result.processing_timestamp,
      data: {
        picture_id: received?.id,
        db_id: result.db_id,
        entries: [{ id: entryId, name, ...noDetails, similarity: match?.similarity }],
        faces: [
          {
            face_index: 0,
            box: { x, y, w, h },
            matches: [
              {
                entry: { id: entryId, name, ...noDetails },
                image_id: match?.image_id,
                distance: match?.distance,
                threshold: match?.threshold,
                similarity: match?.similarity,
                similarity_metric: match?.similarity_metric,
                model: match?.model,
              },
            ],
          },
        ],
        truncated: false,
        source: null,
        reference: null,
        camera: null,
        track: null,
      },
    });
    expect(result.original_image_path).toContain(String(received?.id));
  });

  it('come though somebody tries to start another server, without webhooks, and finds the port taken', async () => {
    const { port } = new URL(server.url);
    const other = new ServerProcess(folder.path, { PORT: port });
    expect(await other.exit).toMatchObject({ code: 1, errors: expect.stringContaining('EADDRINUSE') });
    const { db_id } = await api.process(people.listed);
    await receiver.until(() => dbIds().includes(db_id ?? 0));
  });

  it('come after a kill between the answer and the delivery, once the receiver is there again', async () => {
    await receiver.stop();
    const { db_id } = await api.process(people.listed);
    await end('SIGKILL');
    await start();
    await receiveAgain();
    await receiver.until(() => dbIds().includes(db_id ?? 0));
  });

  it('come again, under the same id, after a kill in the middle of a delivery', async () => {
    const asked = Promise.withResolvers<void>();
    receiver.answer = () => {
      asked.resolve();
      return undefined;
    };
    const { db_id } = await api.process(people.listed);
    await asked.promise;
    await end('SIGKILL');
    receiver.answer = () => ({ status: 200 });
    await start();
    const mine = () => receiver.received.filter(({ event }) => event.data.db_id === db_id);
    await receiver.until(() => mine().length === 2);
    expect(mine()[0]?.id).toBe(mine()[1]?.id);
    expect(mine()[0]?.event).toEqual(mine()[1]?.event);
  });

  it.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'come for all that was acknowledged, in order, by servers that are killed at any moment (round %i)',
    async () => {
      const before = receiver.received.length;
      const acknowledged: number[] = [];
      const enough = Promise.withResolvers<void>();
      const untilGone = async () => {
        try {
          for (;;) {
            acknowledged.push((await api.process(people.listed)).db_id ?? 0);
            if (acknowledged.length > 5) enough.resolve();
          }
        } catch (error) {
          if (!(error instanceof TypeError && error.cause)) throw error;
        }
      };
      const loading = Promise.all(Array.from({ length: clients }, untilGone));
      await enough.promise;
      // The kill comes at a random moment of the deliveries that are under way.
      await delay(100 * Math.random());
      await end('SIGKILL');
      await loading;
      await start();
      await receiver.until(() => acknowledged.every((id) => dbIds().includes(id)));
      const firstTimes = [...new Set(dbIds().slice(before))];
      expect(firstTimes).toEqual(firstTimes.toSorted((one, other) => one - other));
    },
  );

  it('of who was deleted while the receiver was down never come', async () => {
    await receiver.stop();
    const other = newName();
    const { id } = await api.list([people.stranger], { name: other });
    await api.process(people.stranger);
    const { db_id } = await api.process(people.listed);
    await api.delete(id);
    await receiveAgain();
    await receiver.until(() => dbIds().includes(db_id ?? 0));
    await end('SIGTERM');
    expect(JSON.stringify(receiver.received)).not.toContain(other);
    using database = await openDatabase(join(folder.path, 'face-blacklist.sqlite'));
    expect(database.prepare('SELECT * FROM delivery').all()).toEqual([]);
    await start();
  });

  it('are given up after 72 hours, with a line in the log', async () => {
    await receiver.stop();
    const { db_id } = await api.process(people.listed);
    const { db_id: younger } = await api.process(people.listed);
    await end('SIGTERM');
    const database = await openDatabase(join(folder.path, 'face-blacklist.sqlite'));
    const hour = 3_600_000;
    const age = database.prepare('UPDATE delivery SET created = ? WHERE processed_id = ?');
    age.run(Date.now() - 72 * hour - 60_000, db_id);
    age.run(Date.now() - 72 * hour + 60_000, younger);
    database.close();
    await start();
    expect(await server.process.line(({ msg }) => msg === 'webhook: given up')).toMatchObject({
      level: 'error',
      receiver: new URL(receiver.url).origin,
      events: 1,
      firstDbId: db_id,
      lastDbId: db_id,
    });
    await receiveAgain();
    await receiver.until(() => receiver.received.length > 0);
    expect(dbIds()).toEqual([younger]);
  });

  it('leave neither names nor secrets nor the URL’s path in any log', async () => {
    await receiver.stop();
    await api.process(people.listed);
    await server.process.line(({ msg }) => msg === 'webhook: it is not reached, and tried again');
    await end('SIGTERM');
    const text = logs.join('\n');
    expect(text).toContain('"webhook: it is not reached, and tried again"');
    expect(text).toContain(new URL(receiver.url).origin);
    for (const part of [name, 'hunter2', '/hook', secret, secret.slice(6)]) expect(text).not.toContain(part);
  });
});
