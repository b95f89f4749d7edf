import type { Config } from '../../lib/config.ts';
import { recordsFile } from '../../lib/records/sqlite/database.ts';
import { claim } from '../../lib/records/sqlite/outbox.ts';

/**
 * Claim on the work that only one process may do in a data folder. The system frees it when the process ends,
 * however that comes.
 */
export class DataFolderClaim implements Disposable {
  readonly #path: string;
  #held: Disposable | undefined;

  /** @param path of the lock's file. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Takes the claim, unless another process has it.
   * @returns true if this process has it.
   * @throws BackendUnavailableError when the lock's file can't be made.
   */
  take(): boolean {
    this.#held ??= claim(this.#path);
    return this.#held !== undefined;
  }

  [Symbol.dispose](): void {
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }
}

/** Opens the claim on a server's data folder, without taking it yet. */
export function dataFolderClaim(config: Pick<Config, 'dataDir' | 'aws'>): DataFolderClaim {
  return new DataFolderClaim(`${recordsFile(config)}-server`);
}
