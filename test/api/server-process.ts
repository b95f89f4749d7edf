import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { childEnvironment } from '../child-environment.ts';

/** The server as its users start it, in a process of its own. */

/** Longest wait for a line in milliseconds, a little less than that for a test. */
const longestWaitMs = 110_000;

/** Programs of `npm start` and `npm run cloud`. */
type Program = 'server/main.ts' | 'commands/cloud.ts';

/** Settings by the names of their environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** A line of the server's log. */
export interface LogLine extends Record<string, unknown> {
  readonly level: string;
  readonly msg: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Text that it wrote to standard error. */
  readonly errors: string;
}

/** Makes a folder for one test's data. Disposing of it removes it. */
export function temporaryFolder() {
  return mkdtempDisposable(join(tmpdir(), 'face-blacklist-'));
}

/** A process that was started, and may not be listening yet. */
export class ServerProcess {
  /** Resolves when it has ended. */
  readonly exit: Promise<Exit>;
  /** Lines that it logged. */
  readonly lines: LogLine[] = [];
  /** Other text that it printed. */
  readonly text: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #changes = new EventEmitter();

  /**
   * Starts it on a free port with only these settings, whatever the tests' own environment is. The data
   * folder is also its working folder, so that no `.env` is read.
   */
  constructor(dataDir: string, settings: Settings = {}, program: Program = 'server/main.ts') {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, '../../local', program)], {
      cwd: dataDir,
      env: { ...childEnvironment, DATA_DIR: dataDir, PORT: '0', ENGINE_WORKERS: '1', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = createInterface(this.#child.stdout);
    output.on('line', (line) => {
      if (line.startsWith('{')) this.lines.push(JSON.parse(line));
      else this.text.push(line);
      this.#changes.emit('change');
    });
    this.exit = this.#ended(once(output, 'close'), text(this.#child.stderr));
  }

  /** Reads the largest amount of memory that it has used, in bytes. */
  async peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  }

  /**
   * Waits for a line of the log. A line that is there already counts too.
   *
   * @throws Error if the process ends without such a line, or does not write one in good time.
   */
  async line(isIt: (line: LogLine) => boolean): Promise<LogLine> {
    let exit: Exit | undefined;
    const signal = AbortSignal.timeout(longestWaitMs);
    void this.exit.then((ended) => {
      exit = ended;
      this.#changes.emit('change');
    });
    for (;;) {
      const found = this.lines.find(isIt);
      if (found) return found;
      if (exit) throw new Error(`The server ended with ${exit.code ?? exit.signal}: ${exit.errors}`);
      await once(this.#changes, 'change', { signal }).catch(() => this.#failWithout(isIt));
    }
  }

  #failWithout(isIt: (line: LogLine) => boolean): never {
    const last = this.lines.slice(-20).map((line) => JSON.stringify(line));
    throw new Error(`No line came for ${isIt}. The last ones:\n${last.join('\n')}`);
  }

  /** Sends it a signal, and waits until it has ended. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<Exit> {
    this.#child.kill(signal);
    return this.exit;
  }

  async #ended(closed: Promise<unknown>, errors: Promise<string>): Promise<Exit> {
    const [code, signal] = await once(this.#child, 'exit');
    await closed;
    return { code, signal, errors: await errors };
  }
}

/** A server that listens. */
export interface RunningProcess extends AsyncDisposable {
  readonly url: string;
  readonly process: ServerProcess;
}

/**
 * Starts a server, and waits for the first line, which says where it listens. Disposing of it ends the
 * process.
 */
export async function startServerProcess(
  dataDir: string,
  settings?: Settings,
  program?: Program,
): Promise<RunningProcess> {
  const server = new ServerProcess(dataDir, settings, program);
  const { url } = await server.line((line) => 'url' in line);
  return {
    url: String(url),
    process: server,
    async [Symbol.asyncDispose]() {
      await server.end();
    },
  };
}
