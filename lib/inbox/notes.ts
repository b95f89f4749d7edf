import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { BackendUnavailableError } from '../errors.ts';

/** Storage of small texts. A text that was put survives a crash. */
export interface NoteStorage {
  /**
   * Reads a text; returns `undefined` if there is none.
   * @throws BackendUnavailableError
   */
  get(name: string): Promise<string | undefined>;
  /**
   * Writes a text, or replaces it.
   * @throws BackendUnavailableError, DiskFullError
   */
  put(name: string, text: string): Promise<void>;
  /**
   * Deletes a text, if there is one.
   * @throws BackendUnavailableError
   */
  delete(name: string): Promise<void>;
}

/** Record of earlier attempts to index a file. */
export interface EarlierWork {
  /** Number of times that a process ended while it indexed the file. */
  readonly deaths: number;
  /** True once the picture was indexed; the file is still there because it could not be removed. */
  readonly isIndexed: boolean;
}

const Note = z.object({
  deaths: z.number(),
  isIndexed: z.boolean(),
  /** Id of the run that indexes the file now; null if none does. */
  run: z.string().nullable(),
  /** Start of that run, ISO 8601. */
  since: z.string(),
});
type Note = z.infer<typeof Note>;

const noNote: Note = { deaths: 0, isIndexed: false, run: null, since: new Date(0).toISOString() };
const tryAgainSeconds = 5;

/**
 * Notes on files of the inbox, stored beside it. A note is written before a file is indexed. So the next
 * start knows which file ended the process.
 */
export class InboxNotes {
  readonly #storage: NoteStorage;
  readonly #maxRunMs: number;
  /** Id of this process among those that index files. */
  readonly #run = randomUUID();

  /**
   * @param maxRunMs how long another process may be at a file before it counts as ended; 0 where a process
   * has the inbox to itself, so that the others have ended.
   */
  constructor(storage: NoteStorage, maxRunMs: number) {
    this.#storage = storage;
    this.#maxRunMs = maxRunMs;
  }

  /**
   * Notes that work on a file begins, and returns the record of earlier work. It writes no note for a file
   * that was indexed already, or at which more than `maxDeaths` runs have ended.
   * @throws BackendUnavailableError when another process is indexing it
   */
  async begin(mark: string, maxDeaths: number): Promise<EarlierWork> {
    const note = await this.#read(mark);
    const isOpen = note.run !== null && note.run !== this.#run;
    if (isOpen && Date.now() - Date.parse(note.since) < this.#maxRunMs) {
      throw new BackendUnavailableError('Another process is indexing this picture.', tryAgainSeconds);
    }
    const deaths = note.deaths + (isOpen ? 1 : 0);
    if (!note.isIndexed && deaths <= maxDeaths) {
      await this.#write(mark, { deaths, isIndexed: false, run: this.#run, since: new Date().toISOString() });
    }
    return { deaths, isIndexed: note.isIndexed };
  }

  /** Notes that the work ended without a result, although the process lives. */
  async end(mark: string): Promise<void> {
    const { deaths, isIndexed } = await this.#read(mark);
    if (isIndexed) return;
    if (deaths === 0) await this.forget(mark);
    else await this.#write(mark, { ...noNote, deaths });
  }

  /** Notes that the picture was indexed. */
  async indexed(mark: string): Promise<void> {
    await this.#write(mark, { ...noNote, isIndexed: true });
  }

  /** Removes the note of a file that has gone. */
  async forget(mark: string): Promise<void> {
    await this.#storage.delete(nameOf(mark));
  }

  async #read(mark: string): Promise<Note> {
    const text = await this.#storage.get(nameOf(mark));
    try {
      return text === undefined ? noNote : Note.parse(JSON.parse(text));
    } catch {
      // A damaged note, from a disk's fault or somebody's edit, must not stop the service.
      return noNote;
    }
  }

  async #write(mark: string, note: Note): Promise<void> {
    await this.#storage.put(nameOf(mark), JSON.stringify(note));
  }
}

/** Names a note by a hash, which reveals no person's name. */
function nameOf(mark: string): string {
  return createHash('sha256').update(mark).digest('hex');
}
