import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { ConfigError } from '../../lib/config.ts';
import { log } from '../../lib/log.ts';
import { noteTokensFault } from '../../lib/service/authentication.ts';
import { type KnownToken, parseTokenFile } from '../../lib/service/tokens.ts';

/** Tokens that may change while the service runs. */
export interface NamedTokens {
  readonly current: readonly KnownToken[];
}

/** File systems of containers tell of no changes, so the file is looked at. */
const lookEveryMs = 1_000;

/**
 * Reads `API_TOKENS_FILE`, and again when it changes or the process gets SIGHUP, so that a token can be
 * withdrawn. A changed file that is not understood changes nothing, and the log says so.
 * @throws ConfigError when it can't be read, or a line is not understood.
 */
export class WatchedTokens implements NamedTokens, Disposable {
  readonly #path: string;
  readonly #reload = () => this.#readAgain();
  #current: readonly KnownToken[];

  constructor(path: string) {
    this.#path = path;
    this.#current = readTokens(path);
    watchFile(path, { interval: lookEveryMs, persistent: false }, this.#reload);
    process.on('SIGHUP', this.#reload);
  }

  get current(): readonly KnownToken[] {
    return this.#current;
  }

  [Symbol.dispose](): void {
    unwatchFile(this.#path, this.#reload);
    process.off('SIGHUP', this.#reload);
    noteTokensFault(undefined);
  }

  #readAgain(): void {
    try {
      this.#current = readTokens(this.#path);
      noteTokensFault(undefined);
      log().info({ tokens: this.#current.length }, 'API_TOKENS_FILE was read again');
    } catch (error) {
      const message = error instanceof ConfigError ? error.message : 'API_TOKENS_FILE was not read again.';
      noteTokensFault(message.replaceAll('\n', ' '));
      log().error(`${message}\nThe tokens of before go on counting until it is mended.`);
    }
  }
}

/** @throws ConfigError */
function readTokens(path: string): readonly KnownToken[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(
      `API_TOKENS_FILE=${path} can't be read (${code}). This makes it, with a first token: npm run token -- add NAME ROLE`,
    );
  }
  const { tokens, faults } = parseTokenFile(text);
  if (faults.length === 0) return tokens;
  throw new ConfigError(faults.map((fault) => `API_TOKENS_FILE=${path}, ${fault}.`).join('\n'));
}
