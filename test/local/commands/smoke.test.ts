import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloudProcess } from '../../api/cloud.ts';
import { connectOverHttp } from '../../api/connections.ts';
import { ApiClient } from '../../suites/api/client.ts';
import { runCommandProcess } from './run-command.ts';

const token = 'a-token-for-the-smoke-test';
let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startCloudProcess({ API_TOKENS: token });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const smoke = (
  words: readonly string[],
  settings: Readonly<Record<string, string>> = { SMOKE_TOKEN: token },
) => runCommandProcess('smoke', words, settings);

it('npm run smoke tries every operation of a service, and leaves nothing', async () => {
  const api = new ApiClient(connectOverHttp(cloud.url, token));
  const before = await api.send('GET', '/api/v1/blacklist/');
  const { code, output, errors } = await smoke([cloud.url]);
  expect({ code, errors }, output).toEqual({ code: 0, errors: '' });
  expect(output).toMatch(/^Calls http:\/\/127\.0\.0\.1:\d+\/ with a token\.$/m);
  expect(output).toMatch(/│ 'deleteManyProcessed' +│ 'delete results' +│ 200 +│ 200 +│ \d+ +│ 'yes' +│/);
  expect(output).toMatch(/^\d+ steps, 0 not as they should be\.$/m);
  const after = await api.send('GET', '/api/v1/blacklist/');
  expect(after.bytes.toString()).toBe(before.bytes.toString());
  const processed = await api.send('GET', '/api/v1/processed-images/');
  expect(JSON.parse(processed.bytes.toString())).toMatchObject({ total_items: 0 });
  await api.close();
});

it('it says what is wrong, and still leaves nothing', async () => {
  await cloud.setFaults([{ kind: 'throttle', every: 1, operation: 'SearchFacesByImage' }]);
  const { code, output, errors } = await smoke([cloud.url]);
  await cloud.setFaults([]);
  expect(code, output).toBe(1);
  expect(errors).toMatch(/^verifyEntry, compare with the person: (429|503) instead of 200: /m);
  expect(errors).toMatch(/^Not tried: .*processImages/m);
  const api = new ApiClient(connectOverHttp(cloud.url, token));
  expect((await api.send('GET', '/api/v1/blacklist/')).bytes.toString()).toBe('[]');
  await api.close();
});

it('it says so when the service does not let it in', async () => {
  const { code, errors } = await smoke([cloud.url], { SMOKE_TOKEN: 'another-token-of-nobody' });
  expect(code).toBe(1);
  expect(errors).toMatch(/^status, look: 401 instead of 200/m);
});

it.each([[[]], [['localhost:8000']], [['ftp://files.example']]])('wants an address: %j', async (words) => {
  expect(await smoke(words)).toMatchObject({ code: 1, errors: expect.stringMatching(/^usage: /) });
});
