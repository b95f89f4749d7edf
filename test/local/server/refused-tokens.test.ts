import { afterEach, expect, test } from 'vitest';
import { recordAccesses } from '../../../lib/audit/in-process.ts';
import type { AuditFacts } from '../../../lib/audit/port.ts';
import { withContract } from '../../../lib/http/endpoint.ts';
import { RefusedTokens } from '../../../local/server/refused-tokens.ts';
import { plainContract, recordEvents, startServer } from './running-server.ts';

let lines: AuditFacts[] = [];
const recorded = () => {
  lines = [];
  recordAccesses({
    async record(facts) {
      lines.push(facts);
    },
  });
};
afterEach(() => recordAccesses(undefined));

test('wrong tokens, missing ones and waits are told of with the address, and nothing of the token', async () => {
  recorded();
  const { handler } = recordEvents();
  await using server = await startServer([withContract(plainContract('GET', '/list'), handler)], {
    apiTokens: ['the-right-token'],
  });
  const ask = (headers: Record<string, string>) => server.send('GET', '/list', { headers });
  expect((await ask({})).status).toBe(401);
  for (let count = 0; count < 5; count += 1) {
    expect((await ask({ authorization: 'Bearer a-wrong-token' })).status).toBe(401);
  }
  expect((await ask({ authorization: 'Bearer the-right-token' })).status).toBe(429);
  expect(lines.map(({ outcome }) => outcome)).toEqual([401, 401, 401, 401, 401, 401]);
  for (const line of lines) {
    expect(line).toMatchObject({ actor: 'unknown', action: 'refuseToken', detail: 'address 127.0.0.1' });
    expect(line.requestId).toMatch(/^[\da-f-]{36}$/);
  }
  expect(JSON.stringify(lines)).not.toMatch(/-token/);
});

test('there are few lines, whoever asks and how often, and each tells how many had none', async () => {
  recorded();
  let now = 0;
  const refused = new RefusedTokens(() => now);
  const from = (address: string) => refused.record({ address, requestId: 'r', status: 401 });
  for (let count = 0; count < 100; count += 1) await from('192.0.2.1');
  expect(lines).toHaveLength(6);
  await from('192.0.2.2');
  expect(lines.at(-1)?.detail).toBe('address 192.0.2.2; 94 before it are not told of');
  for (let count = 0; count < 10_000; count += 1) await from(`10.0.${count >> 8}.${count & 255}`);
  expect(lines).toHaveLength(60);
  now += 60 * 60_000;
  await from('192.0.2.1');
  expect(lines).toHaveLength(61);
  expect(lines.at(-1)?.detail).toMatch(/^address 192\.0\.2\.1; \d{4} before it are not told of$/);
});

test('a trail that can not be written does not let anybody in', async () => {
  recordAccesses({ record: () => Promise.reject(new Error('full')) });
  const { handler, events } = recordEvents();
  await using server = await startServer([withContract(plainContract('GET', '/list'), handler)], {
    apiTokens: ['the-right-token'],
  });
  expect((await server.send('GET', '/list')).status).toBe(401);
  expect(events).toEqual([]);
});
