import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressCheck } from '../inputs/address-check.ts';
import type { CameraAddress } from './address.ts';
import { redactor } from './address.ts';
import { failureOf } from './failure-words.ts';
import { ffmpegCall } from './ffmpeg-arguments.ts';
import { Newest } from './newest.ts';
import { type OutputPipe, openOutputPipe } from './output-pipe.ts';
import { PixmapReader } from './pixmap-stream.ts';
import { type Frame, type FrameSource, SourceError } from './port.ts';
import { openRelay, type Relay } from './relay.ts';

export interface FfmpegSettings {
  readonly address: Exclude<CameraAddress, { kind: 'push' }>;
  readonly framesPerSecond: number;
  /** Program that is started; `ffmpeg` of the path unless the settings name another. */
  readonly program: string;
  readonly timeouts?: FfmpegTimeouts;
  /** Addresses that a camera may have; any without it. */
  readonly isAllowed?: AddressCheck | undefined;
}

/** Milliseconds without a frame after which the child is killed. */
export interface FfmpegTimeouts {
  readonly firstFrameMs: number;
  readonly nextFrameMs: number;
}
const usualTimeouts: FfmpegTimeouts = { firstFrameMs: 20_000, nextFrameMs: 10_000 };

/** Kilobytes of memory that ffmpeg may take: enough for 8K. Hostile streams want several times more. */
const mostMemoryKb = 2 * 1024 * 1024;
/** Line of a shell that becomes a program with this limit, where the system has one: macOS has none. */
const limited = `ulimit -v ${mostMemoryKb} 2>/dev/null; exec "$0" "$@"`;
/** Exit of a shell that does not find the program. */
const notFound = 127;

/** Characters of what ffmpeg says that are kept: its last lines tell why it ended. */
const keptWords = 4_000;

/**
 * Decodes a camera or a recording with the system's ffmpeg, as a child. A crash or a hostile stream ends the
 * child and not the service.
 */
export class FfmpegSource implements FrameSource {
  readonly #settings: FfmpegSettings;
  readonly #newest = new Newest<Frame>();
  #words = '';

  constructor(settings: FfmpegSettings) {
    this.#settings = settings;
  }

  get counts(): FrameSource['counts'] {
    return this.#newest;
  }

  async *frames(signal: AbortSignal): AsyncGenerator<Frame, void> {
    await using relay = await this.#relay();
    try {
      yield* this.#decode(relay, signal);
    } catch (error) {
      // ffmpeg knows only that its connection ended.
      throw relay?.failure ?? error;
    }
  }

  /** Opens the relay to a camera whose address is to be checked. */
  async #relay(): Promise<Relay | undefined> {
    const { address, isAllowed } = this.#settings;
    return address.kind === 'rtsp' && isAllowed ? await openRelay(address.url, isAllowed) : undefined;
  }

  async *#decode(relay: Relay | undefined, signal: AbortSignal): AsyncGenerator<Frame, void> {
    const pipe = this.#settings.address.kind === 'recording' ? undefined : await openOutputPipe();
    const child = this.#start(relay, pipe);
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    const closed = once(child, 'close').catch(() => undefined);
    try {
      if (signal.aborted) return;
      yield* pipe ? this.#latest(child, pipe) : this.#all(child);
      await closed;
      if (signal.aborted) return;
      this.#checkEnd(child);
    } catch (error) {
      // Its last words come a little later than its end.
      kill();
      await closed;
      if (signal.aborted) return;
      throw error instanceof SourceError ? error : this.#failure(error);
    } finally {
      kill();
      pipe?.reader.destroy();
      signal.removeEventListener('abort', kill);
    }
  }

  #start(relay: Relay | undefined, pipe: OutputPipe | undefined): ChildProcess {
    const { address, framesPerSecond, program } = this.#settings;
    const call = ffmpegCall(relay ? { kind: 'rtsp', url: relay.url } : address, framesPerSecond);
    // It gets none of the service's secrets.
    const { PATH, HOME, LANG } = process.env;
    const env = { PATH, HOME, LANG, LC_ALL: 'C' };
    const child = spawn('/bin/sh', ['-c', limited, program, ...call.arguments], {
      env,
      stdio: ['pipe', pipe?.writer ?? 'pipe', 'pipe'],
    });
    pipe?.writer.destroy();
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(call.input);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-keptWords);
    });
    return child;
  }

  /** Gives the newest frames of what goes on, and ends a child that gives none. */
  async *#latest(child: ChildProcess, pipe: OutputPipe): AsyncGenerator<Frame, void> {
    const { firstFrameMs, nextFrameMs } = this.#settings.timeouts ?? usualTimeouts;
    const reader = new PixmapReader();
    const newest = this.#newest;
    const silent = () => {
      newest.end(failureOf([this.#words], `No frame came for ${nextFrameMs / 1000} seconds.`));
      child.kill('SIGKILL');
    };
    let watchdog = setTimeout(silent, firstFrameMs);
    child.on('error', (error) => newest.end(this.#failure(error)));
    pipe.onBytes = (bytes) => {
      try {
        for (const frame of reader.push(bytes)) {
          clearTimeout(watchdog);
          watchdog = setTimeout(silent, nextFrameMs);
          const missed = newest.put({ ...frame, at: Date.now() });
          if (missed) reader.recycle(missed);
        }
      } catch (error) {
        newest.end(error);
        child.kill('SIGKILL');
      }
    };
    pipe.reader.on('error', () => undefined);
    child.on('close', () => newest.end());
    try {
      yield* recycled(newest.items(), reader);
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** Gives all frames of a recording, as fast as they are taken. */
  async *#all(child: ChildProcess): AsyncGenerator<Frame, void> {
    const reader = new PixmapReader();
    yield* recycled(this.#recorded(child, reader), reader);
  }

  async *#recorded(child: ChildProcess, reader: PixmapReader): AsyncGenerator<Frame, void> {
    const start = Date.now();
    const failed = once(child, 'error').then(([error]) => Promise.reject(error));
    failed.catch(() => undefined);
    const chunks = (child.stdout as NonNullable<ChildProcess['stdout']>)[Symbol.asyncIterator]();
    const { firstFrameMs } = this.#settings.timeouts ?? usualTimeouts;
    for (;;) {
      // A decoder that turns in circles must not keep the service waiting.
      const silent = setTimeout(() => child.kill('SIGKILL'), firstFrameMs);
      const { value, done } = await Promise.race([chunks.next(), failed]).finally(() => clearTimeout(silent));
      if (done) return;
      for (const frame of reader.push(value)) {
        const at = start + (this.#newest.received++ * 1000) / this.#settings.framesPerSecond;
        yield { ...frame, at };
      }
    }
  }

  /** @throws SourceError unless a recording was read to its end */
  #checkEnd(child: ChildProcess): void {
    if (child.exitCode === notFound) throw missingFfmpeg();
    const isWhole = this.#settings.address.kind === 'recording' && this.#newest.received > 0;
    if (isWhole && child.exitCode === 0) return;
    throw failureOf([this.#words], isWhole ? 'It is damaged from here on.' : 'It ended the stream.');
  }

  #failure(error: unknown): SourceError {
    const { code } = error as NodeJS.ErrnoException;
    const redact = redactor(this.#settings.address);
    return failureOf([this.#words, String(code ?? '')], redact('The decoder failed.'), error);
  }
}

/** Passes frames on, and gives each back to its reader when the next but one is asked for. */
async function* recycled(frames: AsyncIterable<Frame>, reader: PixmapReader): AsyncGenerator<Frame, void> {
  let [last, lastButOne]: (Frame | undefined)[] = [];
  for await (const frame of frames) {
    if (lastButOne) reader.recycle(lastButOne);
    [last, lastButOne] = [frame, last];
    yield frame;
  }
}

function missingFfmpeg(): SourceError {
  return new SourceError(
    'ffmpeg is not installed: on Debian `apt-get install ffmpeg`, on a Mac `brew install ffmpeg`; or name it by FFMPEG_PATH.',
  );
}
