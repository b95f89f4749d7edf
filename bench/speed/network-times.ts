/**
 * Module that `node --import` loads before a program that is measured. Each thread of the program adds up the
 * time that ONNX Runtime takes for each network. The program itself does not know about it.
 */
import { createRequire } from 'node:module';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type * as Ort from 'onnxruntime-node';

const key = 'face-blacklist network times';
const most = 32;
/**
 * Numbers for each network: side of its input, runs, inputs in them (faces or pictures), and CPU time in
 * milliseconds.
 */
const fields = 4;

export interface NetworkTime {
  /** Side of the input in pixels, by which the engine's networks are told apart. */
  readonly side: number;
  readonly runs: number;
  readonly inputs: number;
  readonly cpuMs: number;
}

if (isMainThread) setEnvironmentData(key, new SharedArrayBuffer(8 * fields * most));
const table = new Float64Array(getEnvironmentData(key) as SharedArrayBuffer);
// Only the workers run networks. In the main thread, loading ONNX Runtime here would be too early: the main
// thread first sets its environment variables.
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

/** Adds a run to the table. Nothing locks it, so only one thread may run networks while times are taken. */
function add({ side, runs, inputs, cpuMs }: NetworkTime): void {
  for (let start = 0; start < table.length; start += fields) {
    if (table[start] !== 0 && table[start] !== side) continue;
    const [, runsBefore = 0, inputsBefore = 0, cpuBefore = 0] = table.subarray(start, start + fields);
    table.set([side, runsBefore + runs, inputsBefore + inputs, cpuBefore + cpuMs], start);
    return;
  }
}

/** Gives the times that were added up since the last call, and sets them to 0. */
export function takeNetworkTimes(): NetworkTime[] {
  const times: NetworkTime[] = [];
  for (let start = 0; start < table.length; start += fields) {
    const [side = 0, runs = 0, inputs = 0, cpuMs = 0] = table.subarray(start, start + fields);
    if (side !== 0) times.push({ side, runs, inputs, cpuMs });
  }
  table.fill(0);
  return times;
}
