/**
 * Preloaded by `node --import` into a process that measures: each of its threads adds up what ONNX Runtime takes for each network. The
 * program itself has no part in it.
 */
import { createRequire } from 'node:module';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type * as Ort from 'onnxruntime-node';

const key = 'face-blacklist network times';
const most = 32;
/** Of a network: side of its input, runs, faces or pictures in them, CPU time in milliseconds. */
const fields = 4;

export interface NetworkTime {
  /** In pixels; it tells the engine's networks apart. */
  readonly side: number;
  readonly runs: number;
  readonly inputs: number;
  readonly cpuMs: number;
}

if (isMainThread) setEnvironmentData(key, new SharedArrayBuffer(8 * fields * most));
const table = new Float64Array(getEnvironmentData(key) as SharedArrayBuffer);
// ONNX Runtime is loaded where it is used: what it asks of the environment is set by the main thread first.
if (!isMainThread) timeSessions();

function timeSessions(): void {
  const { InferenceSession }: typeof Ort = createRequire(import.meta.url)('onnxruntime-node');
  const { prototype } = InferenceSession as unknown as { prototype: Ort.InferenceSession };
  const plainRun = prototype.run;
  const timedRun = async function (this: Ort.InferenceSession, ...words: Parameters<typeof plainRun>) {
    const [input] = Object.values(words[0] as Record<string, Ort.Tensor>);
    const before = process.threadCpuUsage();
    const outputs = await plainRun.apply(this, words);
    const { user, system } = process.threadCpuUsage(before);
    const [inputs = 1, ...shape] = input?.dims ?? [];
    add({ side: Math.max(...shape), runs: 1, inputs, cpuMs: (user + system) / 1000 });
    return outputs;
  };
  prototype.run = timedRun as typeof plainRun;
}

/** One thread alone may run networks while times are taken. */
function add({ side, runs, inputs, cpuMs }: NetworkTime): void {
  for (let start = 0; start < table.length; start += fields) {
    if (table[start] !== 0 && table[start] !== side) continue;
    const [, runsBefore = 0, inputsBefore = 0, cpuBefore = 0] = table.subarray(start, start + fields);
    table.set([side, runsBefore + runs, inputsBefore + inputs, cpuBefore + cpuMs], start);
    return;
  }
}

/** What was added up since the last call. */
export function takeNetworkTimes(): NetworkTime[] {
  const times: NetworkTime[] = [];
  for (let start = 0; start < table.length; start += fields) {
    const [side = 0, runs = 0, inputs = 0, cpuMs = 0] = table.subarray(start, start + fields);
    if (side !== 0) times.push({ side, runs, inputs, cpuMs });
  }
  table.fill(0);
  return times;
}
