import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { AuditLines } from '../../lib/contract/endpoints/list-audit.ts';
import { padded } from '../../lib/records/dynamodb/items.ts';
import { startCloud } from '../../local/emulators/cloud.ts';
import { childEnvironment } from '../child-environment.ts';
import { tableForCloud } from '../service.ts';
import { MixedActions, tokenLines } from './mixed-actions.ts';
import { type RunningProcess, startServerProcess, temporaryFolder } from './server-process.ts';

/** Number of actions; many more by hand: AUDIT_ACTIONS=1000 npm test -- test/api/audit-aws.test.ts */
const actionsInAll = Number(process.env.AUDIT_ACTIONS ?? 60);

test('in AWS the trail of mixed actions and a kill is whole, and shows lines that are changed or cut off', {
  timeout: 120_000 + 1_000 * actionsInAll,
}, async () => {
  await using cloud = await startCloud(await tableForCloud());
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'tokens.txt'), tokenLines());
  const settings = { ...cloud.environment, API_TOKENS_FILE: 'tokens.txt', REKOGNITION_TPS: '1000' };
  const start = () => startServerProcess(folder.path, settings);
  const audit = async (...words: string[]) => {
    const command = join(import.meta.dirname, '../../local/commands/audit.ts');
    const { promise, resolve } = Promise.withResolvers<{ code: number; out: string; errors: string }>();
    const env = { ...childEnvironment, ...cloud.environment };
    const options = { cwd: folder.path, env, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [command, ...words], options, (error, out, errors) =>
      resolve({ code: error ? Number(error.code) : 0, out, errors }),
    );
    return promise;
  };

  let server: RunningProcess = await start();
  const actions = new MixedActions(() => server.url);
  await actions.begin();
  const killed = Promise.withResolvers<void>();
  const before = await actions.doMany(0, actionsInAll, (count) => {
    if (count === actionsInAll / 2) killed.resolve(server.process.end('SIGKILL').then(() => undefined));
  });
  await killed.promise;
  server = await start();
  const after = await actions.doMany(before.length, actionsInAll);
  expect(before.length + after.length).toBeGreaterThanOrEqual(actionsInAll);
  await server.process.end('SIGTERM');

  const whole = await audit('verify');
  expect(whole).toMatchObject({ code: 0, errors: expect.stringMatching(/lines are whole/) });
  const noted = whole.out.trim().split('\n');
  const { out } = await audit('export');
  const lines = out
    .trim()
    .split('\n')
    .map((line): AuditLines['items'][number] => JSON.parse(line));
  const told = new Set(lines.map(({ request_id }) => request_id));
  // Changes are never lost; looks are not by an orderly stop.
  expect(after.filter(({ requestId }) => !told.has(requestId))).toEqual([]);
  expect(before.filter(({ requestId, isChange }) => isChange && !told.has(requestId))).toEqual([]);
  expect([...before, ...after].some(({ isChange }) => isChange)).toBe(true);
  expect(JSON.stringify(lines)).not.toMatch(/Person|a\.jpg/);

  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: String(cloud.environment.AWS_ENDPOINT_URL_DYNAMODB),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const TableName = String(cloud.environment.DYNAMODB_TABLE_NAME);
  const [chain, last] = String(noted[0]).split(':');
  const Key = { pk: { S: `audit#${chain}` }, sk: { S: padded(Number(last)) } };
  await client.send(new DeleteItemCommand({ TableName, Key }));
  expect(await audit('verify')).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/line \d+ is missing|ends at line \d+, and ended at line \d+/),
  });
  client.destroy();
});
