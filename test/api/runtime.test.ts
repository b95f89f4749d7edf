import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Status } from '../../lib/contract/endpoints/status.ts';
import { writeOnnx } from '../../lib/faces/engine/onnx/graph.ts';
import { smallSample } from '../faces/samples.ts';
import { ApiClient, answer } from '../suites/api/client.ts';
import { connectOverHttp } from './connections.ts';
import { ServerProcess, startServerProcess, temporaryFolder } from './server-process.ts';

const withoutOnnxRuntime = {
  NODE_OPTIONS: `--import ${join(import.meta.dirname, 'without-onnx-runtime.ts')}`,
};

describe('a server where ONNX Runtime does not load', () => {
  it('finds faces by tfjs, and says so in its first line, its status and its metrics', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServerProcess(folder.path, withoutOnnxRuntime);
    const { msg } = await server.process.line((line) => 'url' in line);
    expect(msg).toContain('(1 worker on tfjs (WASM))');
    const api = new ApiClient(connectOverHttp(server.url));
    const { width, height, pixels } = await smallSample(1);
    const group = sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg();
    const [result] = await api.processInputs([(await group.toBuffer()).toString('base64')]);
    expect(result?.faces).toHaveLength(3);
    const { settings } = answer(await api.get('/api/v1/status'), 200, Status);
    expect(settings.runtime).toBe('tfjs-wasm');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^face_blacklist_info\{.*runtime="tfjs-wasm".*\} 1$/m);
    await api.close();
  });

  it('does not start with ENGINE_RUNTIME=onnx, and says what would be right', async () => {
    await using folder = await temporaryFolder();
    const settings = { ...withoutOnnxRuntime, ENGINE_RUNTIME: 'onnx' };
    const { code, errors } = await new ServerProcess(folder.path, settings).exit;
    expect(code).toBe(1);
    expect(errors).toContain('ENGINE_RUNTIME=onnx: ONNX Runtime does not load on this machine');
    expect(errors).toContain('ENGINE_RUNTIME=auto or tfjs runs without it.');
    expect(errors).not.toContain('    at ');
  });

  it("does not start with a model of one's own that tfjs can't run, and names what it lacks", async () => {
    await using folder = await temporaryFolder();
    const model = writeOnnx(
      [{ operator: 'Erf', inputs: ['input'], output: 'output' }],
      [],
      { name: 'input', shape: [1, 3, 112, 112] },
      [{ name: 'output', shape: [1, 512] }],
    );
    await writeFile(join(folder.path, 'own.onnx'), model);
    const settings = { ENGINE_RUNTIME: 'tfjs', MODEL_PATH: 'own.onnx', MODEL_THRESHOLD: '0.5' };
    const { code, errors } = await new ServerProcess(folder.path, settings).exit;
    expect(code).toBe(1);
    expect(errors).toContain("own.onnx can't be loaded: the runtime tfjs lacks its operator Erf");
    expect(errors).toContain('use ENGINE_RUNTIME=onnx');
    expect(errors).not.toContain('    at ');
  });
});
