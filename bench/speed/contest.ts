import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EngineRuntime } from '../../lib/contract/vocabulary.ts';
import { median } from '../accuracy/measures.ts';
import type { Done, Measured } from '../figures.ts';
import type { Failed, Task } from './contestant.ts';

/** A pipeline in a process of its own, which runs one task at a time. */
export class Contestant {
  readonly name: string;
  readonly #child: ChildProcess;

  /** @param runtime of our models, unless it is `auto` */
  constructor(name: string, runtime?: Exclude<EngineRuntime, 'auto'>) {
    this.name = runtime ? `${name} on ${runtime}` : name;
    const words = runtime ? [name, runtime] : [name];
    this.#child = fork(join(import.meta.dirname, 'contestant.ts'), words, { execArgv: [] });
  }

  async run(task: Task): Promise<Done> {
    const ended = new AbortController();
    const { signal } = ended;
    const failed = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error(`The process of ${this.name} ended.`);
    });
    try {
      this.#child.send(task);
      const [answer] = await Promise.race([once(this.#child, 'message', { signal }), failed]);
      const done = answer as Done | Failed;
      if ('error' in done) throw new Error(`${this.name}: ${done.error}`);
      return done;
    } finally {
      failed.catch(() => undefined);
      ended.abort();
    }
  }

  /** Ends the process. It has no task then, so no inference is interrupted. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}

/** One of several tasks that take turns. */
export interface Entry {
  readonly key: string;
  readonly contestant: Contestant;
  readonly task: Task;
}

/**
 * Lets the entries take turns, so that other programs on the machine slow all of them alike. The first
 * `warmUp` rounds do not count.
 */
export async function compete(
  entries: readonly Entry[],
  rounds: number,
  warmUp: number,
): Promise<Map<string, Measured>> {
  const times: Done[][] = entries.map(() => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [index, { contestant, task }] of entries.entries()) {
      const done = await contestant.run(task);
      if (round >= 0) times[index]?.push(done);
    }
  }
  const first = times[0] ?? [];
  return new Map(
    entries.map(({ key }, index) => {
      const done = times[index] ?? [];
      const ratio = (of: (done: Done) => number) =>
        median(done.map((one, round) => of(one) / of(first[round] as Done)));
      const measured: Measured = {
        wallMs: median(done.map(({ wallMs }) => wallMs)),
        cpuMs: median(done.map(({ cpuMs }) => cpuMs)),
        faces: median(done.map(({ faces }) => faces)),
        wallRatio: ratio(({ wallMs }) => wallMs),
        cpuRatio: ratio(({ cpuMs }) => cpuMs),
      };
      return [key, measured];
    }),
  );
}
