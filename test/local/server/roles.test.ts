import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../../lib/contract/api.ts';
import { type Endpoint, operationsOf } from '../../../lib/contract/endpoint.ts';
import { type Role, roles } from '../../../lib/contract/role.ts';
import { type EndpointHandler, endpoint } from '../../../lib/http/endpoint.ts';
import { readMultipart } from '../../../lib/http/multipart.ts';
import { plainTokens } from '../../../lib/service/tokens.ts';
import { type RunningServer, startServer } from './running-server.ts';

/** The least role of each operation: a change of it is a decision. */
const table: Readonly<Record<string, Role>> = {
  processImages: 'check',
  createProcessUpload: 'check',
  listProcessed: 'desk',
  listProcessedUnderProcess: 'desk',
  getProcessed: 'check',
  getProcessedImage: 'check',
  reviewProcessed: 'desk',
  detectFaces: 'check',
  verify: 'check',
  verifyEntry: 'check',
  createEntry: 'editor',
  listEntries: 'desk',
  getEntry: 'desk',
  updateEntry: 'editor',
  patchEntry: 'editor',
  deleteEntry: 'admin',
  mergeEntry: 'admin',
  addImages: 'editor',
  listImages: 'desk',
  getImage: 'desk',
  deleteImage: 'admin',
  createEntryUpload: 'editor',
  welcomeToApi: 'check',
  status: 'metrics',
  listEvents: 'desk',
  listAudit: 'admin',
  deleteProcessed: 'admin',
  deleteProcessedUnderProcess: 'admin',
  deleteManyProcessed: 'admin',
  deleteManyProcessedUnderProcess: 'admin',
  exportEntry: 'admin',
  lookBack: 'editor',
  searchHistory: 'admin',
  getErasure: 'admin',
  openApi: 'check',
  docs: 'check',
  docsAsset: 'check',
};
/** Operations for which nobody needs a token. */
const open = ['welcome', 'health'];

/** Handlers of the real contracts that answer their example. */
const handlers = api.map((contract) => {
  const answer = async () => contract.success.example as never;
  const make = endpoint as (...parts: readonly unknown[]) => EndpointHandler;
  return contract.body?.kind === 'multipart' ? make(contract, answer, readMultipart) : make(contract, answer);
});
const namedTokens = {
  current: roles.flatMap((role) =>
    plainTokens([tokenOf(role)]).map(({ digest }) => ({ actor: { name: `the-${role}`, role }, digest })),
  ),
};
let server: RunningServer;

beforeAll(async () => {
  server = await startServer(handlers, { namedTokens });
});
afterAll(() => server.stop());

function tokenOf(role: Role): string {
  return `token-of-${role}`.padEnd(20, '.');
}

function ask(role: Role | undefined, { path }: Endpoint, method: string) {
  const headers = role === undefined ? {} : { Authorization: `Bearer ${tokenOf(role)}` };
  return server.send(method, path.replaceAll(/\{\w+\}/g, '1'), { headers });
}

const operations = api.flatMap(operationsOf);

test('every operation has a role in the table, or is open to all', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
    [...Object.keys(table), ...open].sort(),
  );
  for (const { operationId, role } of operations) {
    if (operationId in table) expect([operationId, role]).toEqual([operationId, table[operationId]]);
  }
});

test.each(operations.map((contract) => [`${contract.method} ${contract.path}`, contract] as const))(
  '%s is for its role and those above it',
  async (_name, contract) => {
    const wanted = table[contract.operationId];
    const methods = contract.method === 'GET' ? ['GET', 'HEAD'] : [contract.method];
    for (const method of methods) {
      const stranger = await ask(undefined, contract, method);
      expect(stranger.status === 401).toBe(wanted !== undefined);
      for (const role of roles) {
        const reply = await ask(role, contract, method);
        const isEnough = wanted === undefined || roles.indexOf(role) >= roles.indexOf(wanted);
        expect([method, role, reply.status === 403]).toEqual([method, role, !isEnough]);
        expect(reply.status).not.toBe(401);
        expect(reply.status).toBeLessThan(500);
        if (isEnough || method === 'HEAD') continue;
        expect(reply.json()).toEqual({
          detail: expect.stringMatching(`the role ${wanted}\\b.*'the-${role}'`),
        });
      }
    }
  },
);

test.each(operations.map((contract) => [contract.path, contract] as const))(
  'OPTIONS %s tells its methods to anybody, and nothing else',
  async (_path, contract) => {
    for (const role of [undefined, ...roles]) {
      const reply = await ask(role, contract, 'OPTIONS');
      expect([reply.status, reply.bytes.length]).toEqual([204, 0]);
      expect(reply.headers.allow?.split(', ')).toContain(contract.method);
    }
  },
);

test('a body of whoever may not do it is not read', async () => {
  const connection = await server.connect();
  connection.write(
    `POST /api/v1/blacklist/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokenOf('desk')}\r\n` +
      'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n',
  );
  const received = await connection.closed();
  expect(received).toMatch(/^HTTP\/1.1 403 /);
});
