import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFile } from '../../lib/faces/engine/models/model-files.ts';
import { ApiClient, type Overrides } from '../suites/api/client.ts';
import { findPeople, type People } from '../suites/api/people.ts';
import { connectOverHttp } from './connections.ts';
import { type RunningProcess, ServerProcess, startServerProcess, temporaryFolder } from './server-process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningProcess;
let api: ApiClient;
let people: People;

beforeAll(async () => {
  folder = await temporaryFolder();
  await copyFile(modelFile('mobilefacenet'), join(folder.path, 'own.onnx'));
  server = await startServerProcess(folder.path, { MODEL_PATH: 'own.onnx', MODEL_THRESHOLD: '0.56' });
  api = new ApiClient(connectOverHttp(server.url));
  people = await findPeople();
});
afterAll(async () => {
  await api.close();
  await server[Symbol.asyncDispose]();
  await folder.remove();
});

describe('a server with MODEL_PATH', () => {
  it("compares by the user's model, and by another where a request says so", async () => {
    const { id } = await api.list([people.listed]);
    const matchBy = async (options?: Overrides) => {
      const { faces } = await api.process(people.group, options);
      return faces.flatMap(({ blacklist_matches }) => blacklist_matches);
    };
    const [own, ...others] = await matchBy();
    expect(others).toEqual([]);
    expect(own).toMatchObject({ model: 'Custom', threshold: 0.56, entry: { id } });
    expect(own?.similarity).toBeGreaterThan(97);
    const [named] = await matchBy({ model_name: 'Custom' });
    expect(named).toMatchObject({ model: 'Custom', distance: own?.distance });
    const [known] = await matchBy({ model_name: 'MobileFaceNet' });
    expect(known).toMatchObject({ model: 'MobileFaceNet', distance: expect.closeTo(own?.distance ?? 0, 5) });
    const [replaced] = await matchBy({ model_name: 'Facenet' });
    expect(replaced).toMatchObject({ model: 'Custom' });
  });

  it.each([
    ['no model', 'MODEL_PATH takes an ONNX model'],
    ['a model, but no threshold', 'MODEL_THRESHOLD must be set'],
  ])('does not start with %s, and says what is wanted', async (what, message) => {
    await using other = await temporaryFolder();
    const path = join(other.path, 'own.onnx');
    if (what === 'no model') await writeFile(path, 'text');
    else await copyFile(modelFile('mobilefacenet'), path);
    const settings = { MODEL_PATH: 'own.onnx', ...(what === 'no model' && { MODEL_THRESHOLD: '0.5' }) };
    const { code, errors } = await new ServerProcess(other.path, settings).exit;
    expect(code).toBe(1);
    expect(errors).toContain(message);
    expect(errors).not.toContain('    at ');
  });
});
