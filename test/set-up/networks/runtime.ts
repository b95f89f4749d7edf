import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type * as Ort from 'onnxruntime-node';

/**
 * ONNX Runtime for the tests of what stands around the engine. The programs of one run share the answers of
 * its networks: an answer depends on the network and its input alone, so the first one is kept in a folder of
 * the run. The engine's own tests and the benchmarks ask each network anew.
 */
const ort: typeof Ort = createRequire(import.meta.url)('onnxruntime-node');
export const { Tensor } = ort;

export const InferenceSession = {
  async create(model: string | Uint8Array, options: Ort.InferenceSession.SessionOptions) {
    // The two signatures have one implementation.
    const session = await ort.InferenceSession.create(model as string, options);
    return withSharedAnswers(session, identityOf(model));
  },
};

type Answer = Record<string, { readonly data: Ort.Tensor['data'] }>;

function withSharedAnswers(session: Ort.InferenceSession, model: string): Ort.InferenceSession {
  const ask = session.run.bind(session);
  const run = async (input: Record<string, Ort.Tensor>): Promise<Answer> => {
    const path = join(process.env.NETWORK_ANSWERS ?? '', keyOf(model, input));
    const known = readIfThere(path);
    if (known) return deserialize(known);
    const outputs = Object.entries(await ask(input)).map(([name, { data }]) => [name, { data }] as const);
    const answer = Object.fromEntries(outputs);
    const unfinished = `${path}.${process.pid}.${performance.now()}`;
    writeFileSync(unfinished, serialize(answer));
    renameSync(unfinished, path);
    return answer;
  };
  return Object.assign(session, { run });
}

function identityOf(model: string | Uint8Array): string {
  if (typeof model !== 'string') return createHash('sha256').update(model).digest('hex');
  const { ino, size, mtimeMs } = statSync(model);
  return [model, ino, size, mtimeMs].join();
}

function keyOf(model: string, input: Record<string, Ort.Tensor>): string {
  const hash = createHash('sha256').update(model);
  for (const [name, { dims, data }] of Object.entries(input)) {
    const { buffer, byteOffset, byteLength } = data as Float32Array;
    hash.update(`${name} ${dims.join()} `).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
