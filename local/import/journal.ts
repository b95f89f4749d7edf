import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, fileMode, folderMode } from '../../lib/files.ts';

/** Name of the journal's file in `DATA_DIR`. */
const fileName = 'import-journal';

/**
 * Memory of what imports into a `DATA_DIR` have made. People, pictures and processed pictures that were
 * deleted since are not made again. The file has one line for each, with hashes and ids, and no name.
 */
export class ImportJournal {
  readonly #path: string;
  readonly #entries = new Map<string, number>();
  readonly #pictures = new Set<string>();

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: folderMode });
    this.#path = join(dataDir, fileName);
    for (const line of read(this.#path).split('\n')) {
      const [kind, key = '', id] = line.split(' ');
      // A line that was cut off by a crash lacks its last word.
      if (kind === 'entry' && id?.endsWith('.')) this.#entries.set(key, Number(id.slice(0, -1)));
      if (kind === 'picture' && id === '.') this.#pictures.add(key);
    }
  }

  /** Returns the id of the entry that was made for a person. */
  entryOf(key: string): number | undefined {
    return this.#entries.get(key);
  }

  /** Returns true if a reference picture or a processed one was taken over. */
  hasPicture(id: string): boolean {
    return this.#pictures.has(id);
  }

  addEntry(key: string, entryId: number): void {
    if (this.#entries.get(key) === entryId) return;
    this.#entries.set(key, entryId);
    this.#append(`entry ${key} ${entryId}.`);
  }

  addPicture(id: string): void {
    if (this.#pictures.has(id)) return;
    this.#pictures.add(id);
    this.#append(`picture ${id} .`);
  }

  /** Adds a line. It begins with a line break, because the line before may have been cut off. */
  #append(line: string): void {
    appendFileSync(this.#path, `\n${line}`, { mode: fileMode });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
