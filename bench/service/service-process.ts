import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server under measurement. */
export interface Service {
  readonly url: string;
  readonly pid: number;
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Empties settings that `.env` may have: a measurement must not write into real data. */
const ownFolders = { BLACKLIST_DB_PATH: '', PROCESSED_IMAGES_OUTPUT_DIR: '', CROPPED_FACES_OUTPUT_DIR: '' };

/** Starts the server as a user would, on a data folder of its own, and waits for its first answer. */
export async function startService(settings: Readonly<Record<string, string>> = {}): Promise<Service> {
  const data = await mkdtemp(join(tmpdir(), 'face-blacklist-bench-'));
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=8', join(import.meta.dirname, '../../local/server/main.ts')],
    {
      env: {
        ...process.env,
        ...ownFolders,
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: data,
        API_TOKENS: '',
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: '1048576',
        MALLOC_TRIM_THRESHOLD_: '1048576',
        LOG_LEVEL: 'info',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  child.once('exit', (code, signal) => {
    // A stopped server ends with 0.
    if (code !== 0) console.error(`The server ended: ${signal ?? `exit code ${code}`}.`);
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  await fetch(url);
  return {
    url,
    pid: child.pid as number,
    startMs: performance.now() - started,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(data, { recursive: true });
    },
  };
}
