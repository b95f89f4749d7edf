import type { DataFolder } from '../../lib/records/data-folder.ts';

/**
 * Claim on the work that only one process may do in a data folder. The system frees it when the process ends,
 * however that comes.
 */
export class DataFolderClaim implements Disposable {
  readonly #folder: DataFolder;
  #held: Disposable | undefined;

  /** Makes the claim on a server's data folder, without taking it yet. */
  constructor(folder: DataFolder) {
    this.#folder = folder;
  }

  /** True if the claim is one on the records too: they are in the folder. */
  get isOnRecords(): boolean {
    return this.#folder.keepsRecords;
  }

  /**
   * Takes the claim, unless another process has it.
   * @returns true if this process has it.
   * @throws BackendUnavailableError when the lock's file can't be made.
   */
  take(): boolean {
    this.#held ??= this.#folder.claim('server');
    return this.#held !== undefined;
  }

  [Symbol.dispose](): void {
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }
}
