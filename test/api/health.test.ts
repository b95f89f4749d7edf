import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Status } from '../../lib/contract/endpoints/status.ts';
import { smallModel } from '../faces/engine/embed/custom-models.ts';
import { answer, refusal } from '../suites/api/client.ts';
import { connectOverHttp } from './connections.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';

/**
 * Model that fails only on faces. The self-test at its start uses values around 0. Scaled by `MODEL_SCALE`, a
 * face's values are far below 0 and have no roots.
 */
const failsOnFaces = smallModel({
  nodes: [
    { operator: 'Add', inputs: ['rows', 'ten'], output: 'shifted' },
    { operator: 'Sqrt', inputs: ['shifted'], output: 'output' },
  ],
  tensors: [{ name: 'ten', shape: [], data: Float32Array.of(10) }],
});

it('a model that starts and then gives no embeddings of faces is found out by the health check', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'own.onnx'), failsOnFaces);
  await using server = await startServerProcess(folder.path, {
    MODEL_PATH: 'own.onnx',
    MODEL_THRESHOLD: '0.5',
    MODEL_MEAN: '255',
    MODEL_SCALE: '0.001',
    LOG_LEVEL: 'info',
  });
  const { send } = connectOverHttp(server.url);
  const detail = 'The face engine fails its own test.';
  const reply = await send('GET', '/healthz');
  expect(refusal(reply)).toEqual([503, detail]);
  expect(reply.headers['retry-after']).toBe('60');

  const status = answer(await send('GET', '/api/v1/status'), 200, Status);
  expect(status.health).toEqual({ status: 'failing', detail });
  expect(status.warnings[0]).toBe(`The service does not work as it should: ${detail}`);
  const failure = await server.process.line(({ msg }) => msg === 'failure');
  expect(JSON.stringify(failure)).toContain('Its embedding has a length of NaN.');
});
