import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditLines } from '../../lib/contract/endpoints/list-audit.ts';
import type { EntryVerification } from '../../lib/contract/endpoints/verify-entry.ts';
import type { Role } from '../../lib/contract/role.ts';
import type { BlacklistRecord, ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { childEnvironment } from '../child-environment.ts';
import { MixedActions, tokenLines } from './mixed-actions.ts';
import { sample } from './pictures.ts';
import { type RunningProcess, startServerProcess, temporaryFolder } from './server-process.ts';

const run = promisify(execFile);
const actionsInAll = 1_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningProcess;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'tokens.txt'), tokenLines());
  await start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder.remove();
});

async function start(): Promise<void> {
  server = await startServerProcess(folder.path, { API_TOKENS_FILE: 'tokens.txt' });
}

const actions = new MixedActions(() => server.url);
const ask = (...request: Parameters<MixedActions['ask']>) => actions.ask(...request);

async function audit(...words: string[]) {
  const command = join(import.meta.dirname, '../../local/commands/audit.ts');
  const environment = { ...childEnvironment, DATA_DIR: folder.path };
  return run(process.execPath, [command, ...words], {
    cwd: folder.path,
    env: environment,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code: Number(code), stdout: String(stdout), stderr: String(stderr) }),
  );
}

async function exported(): Promise<AuditLines['items']> {
  const { stdout } = await audit('export');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('the trail of 1,000 actions and a kill is whole, and shows any line that is changed', {
  timeout: 300_000,
}, async () => {
  const picture = await actions.begin();
  const { processedId } = actions;
  const hidden = await ask('admin', 'POST', '/process/process-images', { images: [picture] });
  const [other] = (await hidden.json()) as { db_id: number }[];
  expect((await ask('check', 'GET', `/processed-images/${other?.db_id}`)).status).toBe(404);
  expect((await ask('desk', 'GET', `/processed-images/${other?.db_id}`)).status).toBe(200);

  // Killed while requests are under way.
  const killed = Promise.withResolvers<void>();
  const before = await actions.doMany(0, actionsInAll, (count) => {
    if (count === actionsInAll / 2) killed.resolve(server.process.end('SIGKILL').then(() => undefined));
  });
  await killed.promise;
  await start();
  const after = await actions.doMany(before.length, actionsInAll);
  expect(before.length + after.length).toBeGreaterThanOrEqual(actionsInAll);
  await server.process.end('SIGTERM');

  const whole = await audit('verify');
  expect(whole).toMatchObject({ code: 0, stderr: expect.stringMatching(/lines are whole/) });
  const [noted = ''] = whole.stdout.trim().split('\n');

  const lines = await exported();
  const told = new Set(lines.map(({ request_id }) => request_id));
  // Changes are never lost; looks are not by an orderly stop.
  expect(after.filter(({ requestId }) => !told.has(requestId))).toEqual([]);
  const untold = before.filter(({ requestId }) => !told.has(requestId));
  expect(untold.filter(({ isChange }) => isChange)).toEqual([]);
  expect(before.some(({ isChange }) => isChange)).toBe(true);
  expect(untold.length).toBeLessThan(before.length / 5);
  const kinds = new Set(lines.map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`));
  for (const kind of [
    'the-editor createEntry 201',
    'the-check processImages 200',
    'the-check getProcessed 404',
    'the-editor updateEntry 200',
    'the-desk deleteEntry 403',
    'the-admin updateEntry 422',
    'the-desk getEntry 404',
    'the-admin listAudit 200',
  ]) {
    expect(kinds).toContain(kind);
  }
  expect(lines.find((line) => line.action === 'processImages')).toMatchObject({
    picture_id: processedId,
    threshold: expect.any(Number),
    entry_id: null,
  });
  // Nobody's name, no file, and no picture.
  expect(JSON.stringify(lines)).not.toMatch(/Person|a\.jpg|theft/);

  const database = new DatabaseSync(join(folder.path, 'face-blacklist.sqlite'));
  database.exec('DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed');
  const last = Number(database.prepare('SELECT max(sequence) AS last FROM audit').get()?.last);
  const changes = [
    `UPDATE audit SET actor = 'x' WHERE sequence = ${Math.floor(last / 3)}`,
    `DELETE FROM audit WHERE sequence = ${last}`,
  ];
  for (const change of changes) {
    database.exec(`CREATE TABLE copy AS SELECT * FROM audit; ${change}`);
    const { code, stderr } = await audit('verify');
    expect([change, code, stderr]).toEqual([
      change,
      1,
      expect.stringMatching(/was changed, or lines of it were lost/),
    ]);
    database.exec('DELETE FROM audit; INSERT INTO audit SELECT * FROM copy; DROP TABLE copy');
  }
  database.close();
  expect((await audit('verify', noted)).code).toBe(0);
  expect(
    (
      await audit(
        'verify',
        noted.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      )
    ).code,
  ).toBe(1);
});

test('whoever may only check pictures learns of nobody who did not match', async () => {
  await start();
  const form = new FormData();
  for (const [name, value] of Object.entries({ name: 'Ada Secret', reason: 'Hidden.', notes: 'Quiet.' })) {
    form.append(name, value);
  }
  form.append('images', new Blob([new Uint8Array(await sample(6))]), 'a.jpg');
  const created = await ask('editor', 'POST', '/blacklist/', form);
  const { id } = (await created.json()) as { id: number };
  const stranger = (await sample(3)).toString('base64');
  const itself = (await sample(6)).toString('base64');
  const verify = async (role: Role, image: string) =>
    (await (await ask(role, 'POST', `/blacklist/${id}/verify`, { image })).json()) as EntryVerification;
  const told = async (role: Role) => {
    const verification = await verify(role, stranger);
    const path = '/process/process-images';
    const processed = await ask(role, 'POST', path, { images: [stranger], candidates: 10 });
    const [result] = (await processed.json()) as ImageProcessingResult[];
    const kept = await (await ask(role, 'GET', `/processed-images/${result?.db_id}`)).json();
    return { verification, text: JSON.stringify([verification, result, kept]) };
  };

  const checked = await told('check');
  expect(checked.verification).toMatchObject({ verified: false, entry: null, image_id: null });
  expect(checked.text).not.toMatch(/Ada|Hidden|Quiet|suspended/);
  const entry = (await (await ask('desk', 'GET', `/blacklist/${id}/`)).json()) as BlacklistRecord;
  const folder = String(entry.reference_image_dir);
  expect(checked.text).not.toContain(folder.slice(0, folder.indexOf('/blacklist')));
  const seen = await told('desk');
  expect(seen.verification).toMatchObject({ verified: false, entry: { id, name: 'Ada Secret' } });
  expect(seen.text.match(/Ada Secret/g)?.length).toBeGreaterThan(1);
  expect(await verify('check', itself)).toMatchObject({ verified: true, entry: { id, name: 'Ada Secret' } });

  await ask('editor', 'PATCH', `/blacklist/${id}/`, { suspended: true });
  const ended = await verify('check', itself);
  const absent = await ask('check', 'POST', '/blacklist/9999/verify', { image: itself });
  expect(absent.status).toBe(200);
  expect({ ...((await absent.json()) as EntryVerification), time: 0 }).toEqual({ ...ended, time: 0 });
  expect(ended).toMatchObject({ verified: false, distance: null, entry: null, warnings: null });
  const suspended = await verify('desk', itself);
  expect(suspended).toMatchObject({ verified: false, entry: { id } });
  expect(suspended.warnings).toEqual([expect.stringMatching(/suspended/)]);
});
