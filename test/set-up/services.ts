import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { installDynamoDb, startDynamoDb } from '../../local/emulators/dynamodb.ts';

/**
 * The emulators that all test files share. Each starts once, when the first test asks for it: a file alone
 * waits for none that it does not use. Each test has its own table there. S3 and Rekognition are not among
 * them: they run in their test's own process, which a busy vitest would make wait.
 */

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Address of the server that starts the shared emulators. GET `/dynamodb` answers with the URL of
     * DynamoDB Local, and GET `/dynamodb-streams` with that of one for tables whose streams are read: what
     * they hold slows each call down.
     */
    readonly services: string;
  }
}

const names = ['dynamodb', 'dynamodb-streams'] as const;
export type ServiceName = (typeof names)[number];

interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Projects that share the running services: each runs this set-up, in the same process. */
interface Shared {
  users: number;
  readonly running: Promise<Running>;
}

const key = Symbol.for('face-blacklist.test-services');
const shared = globalThis as { [key]?: Shared | undefined };

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const services = shared[key] ?? { users: 0, running: start() };
  shared[key] = services;
  services.users += 1;
  const { url, stop } = await services.running;
  project.provide('services', url);
  return async () => {
    services.users -= 1;
    if (services.users > 0) return;
    shared[key] = undefined;
    await stop();
  };
}

async function start(): Promise<Running> {
  // Programs that tests start do not know the registry that npm uses.
  await installDynamoDb();
  const resources = new AsyncDisposableStack();
  const started = new Map<ServiceName, Promise<string>>();
  const urlOf = (name: ServiceName): Promise<string> => {
    const known = started.get(name) ?? starters[name](resources);
    started.set(name, known);
    return known;
  };
  const server = createServer((request, response) => {
    const name = names.find((one) => request.url === `/${one}`);
    if (!name) {
      response.writeHead(404).end('There is no such service.');
      return;
    }
    urlOf(name).then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await Promise.allSettled(started.values());
    await resources.disposeAsync();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

type Start = (resources: AsyncDisposableStack) => Promise<string>;

const dynamoDb: Start = async (resources) => resources.use(await startDynamoDb()).url;

const starters: Record<ServiceName, Start> = { dynamodb: dynamoDb, 'dynamodb-streams': dynamoDb };
