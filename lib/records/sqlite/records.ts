import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import { EntryNotFoundError, LastImageError, NameTakenError } from '../../errors.ts';
import type {
  EntryRecord,
  ImageRecord,
  NewImage,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  RecordCounts,
  RecordedFace,
  RecordStatus,
  RecordStore,
  Stamp,
} from '../port.ts';
import { attempt, inTransaction, isUniqueViolation, openDatabase } from './database.ts';
import { Outbox } from './outbox.ts';
import { addProcessed, getProcessed, listProcessed } from './processed.ts';
import { prepareStatements, type Statements } from './statements.ts';

/**
 * The record store in a database file of its own; see `openDatabase`.
 * @throws BackendUnavailableError
 */
export function openSqliteFile(path: string): RecordStore {
  return openSqliteRecords(openDatabase(path));
}

/**
 * The record store in a database from `openDatabase`. It may share the handle with others who keep tables of their own there;
 * `close()` closes it for them too.
 */
export function openSqliteRecords(database: DatabaseSync): RecordStore {
  return attempt(() => new SqliteRecords(database));
}

type NewEntry = Parameters<RecordStore['createEntry']>[0];
type Row = Record<string, SQLOutputValue>;

/** How many images are read at once where they are read in turn. */
const imagesAtOnce = 500;

// The tables are STRICT and the statements name their columns after the fields, so a row is the record.
const entryRecord = (row: Row) => ({ ...row }) as unknown as EntryRecord;
function imageRecord({ sequence, face, file, ...row }: Row): ImageRecord {
  return {
    ...row,
    face: face === null ? null : { quality: null, ...JSON.parse(String(face)) },
    file: file === null ? null : JSON.parse(String(file)),
  } as unknown as ImageRecord;
}

/** What `write` returns, or a NameTakenError where it finds the name taken. */
function takingName<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw isUniqueViolation(error) ? new NameTakenError(name) : error;
  }
}

/**
 * Writes go by `run()`, and what they return is read by a statement of its own: `get()` on a `RETURNING` would leave the commit to a
 * reset whose failure nobody hears of.
 */
class SqliteRecords implements RecordStore {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #outbox: Outbox;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.#outbox = new Outbox(database);
  }

  async createEntry({ name, reason, carried }: NewEntry): Promise<EntryRecord> {
    const { insertEntry, insertCarriedEntry } = this.#statements;
    const addedDate = carried?.addedDate ?? new Date().toISOString();
    const { lastInsertRowid } = attempt(() =>
      takingName(name, () =>
        carried
          ? insertCarriedEntry.run(carried.id, name, reason, addedDate)
          : insertEntry.run(name, reason, addedDate),
      ),
    );
    return { id: Number(lastInsertRowid), name, reason, addedDate, status: 'PENDING', imageCount: 0 };
  }

  async activateEntry(entryId: number): Promise<EntryRecord | undefined> {
    return this.#transaction(() => {
      const { changes } = this.#statements.activateEntry.run(entryId);
      return changes === 0 ? undefined : this.#entry(entryId);
    });
  }

  async getEntry(entryId: number): Promise<EntryRecord | undefined> {
    return attempt(() => this.#entry(entryId));
  }

  async findEntry(name: string): Promise<EntryRecord | undefined> {
    return attempt(() => {
      const row = this.#statements.entryByName.get(name);
      return row && entryRecord(row);
    });
  }

  async listEntries(status: RecordStatus): Promise<EntryRecord[]> {
    return attempt(() => this.#statements.entriesByStatus.all(status).map(entryRecord));
  }

  async updateEntry(
    entryId: number,
    { name, reason }: { name: string; reason: string | null },
  ): Promise<EntryRecord | undefined> {
    return this.#transaction(() => {
      const { changes } = takingName(name, () => this.#statements.updateEntry.run(name, reason, entryId));
      return changes === 0 ? undefined : this.#entry(entryId);
    });
  }

  async markEntryDeleting(entryId: number): Promise<EntryRecord | undefined> {
    return this.#transaction(() => {
      const before = this.#entry(entryId);
      this.#statements.markEntryDeleting.run(entryId);
      return before;
    });
  }

  async removeEntry(entryId: number): Promise<void> {
    // Its images' records go with it, by their foreign key.
    attempt(() => this.#statements.deleteEntry.run(entryId));
  }

  async createImage(image: NewImage): Promise<ImageRecord | undefined> {
    const { id, entryId, key, file } = image;
    const addedDate = new Date().toISOString();
    return this.#transaction(() => {
      const json = file && JSON.stringify(file);
      const { changes } = this.#statements.insertImage.run(id, key, addedDate, json, entryId);
      if (changes === 1) return { ...image, status: 'PENDING', addedDate, face: null };
      if (this.#image(id)) return undefined;
      throw new EntryNotFoundError();
    });
  }

  async activateImage(imageId: string, face: RecordedFace): Promise<ImageRecord | undefined> {
    return this.#transaction(() => {
      const { changes } = this.#statements.activateImage.run(JSON.stringify(face), imageId);
      return changes === 0 ? undefined : this.#image(imageId);
    });
  }

  async replaceFace(imageId: string, face: RecordedFace): Promise<void> {
    attempt(() => this.#statements.replaceFace.run(JSON.stringify(face), imageId));
  }

  async getImages(imageIds: readonly string[]): Promise<Map<string, ImageRecord>> {
    const rows = attempt(() => this.#statements.imagesAmong.all(JSON.stringify(imageIds)));
    return new Map(rows.map(imageRecord).map((image) => [image.id, image]));
  }

  async listImages(entryId: number): Promise<ImageRecord[]> {
    return attempt(() => this.#statements.imagesOfEntry.all(entryId).map(imageRecord));
  }

  async *listImagesByStatus(status: RecordStatus): AsyncGenerator<ImageRecord> {
    // Whoever reads them may change them meanwhile, so no statement stays open in between.
    for (let last = 0; ; ) {
      const rows = attempt(() => this.#statements.imagesByStatus.all(status, last, imagesAtOnce));
      yield* rows.map(imageRecord);
      if (rows.length < imagesAtOnce) return;
      last = Number(rows.at(-1)?.sequence);
    }
  }

  async withdrawImage(imageId: string): Promise<ImageRecord | undefined> {
    return this.#transaction(() => {
      const image = this.#image(imageId);
      if (image?.status !== 'ACTIVE') return undefined;
      const entry = this.#entry(image.entryId);
      if (entry?.status !== 'ACTIVE') throw new EntryNotFoundError();
      if (entry.imageCount === 1) throw new LastImageError();
      this.#statements.markImageDeleting.run(imageId);
      return image;
    });
  }

  async markImageDeleting(imageId: string): Promise<void> {
    attempt(() => this.#statements.markImageDeleting.run(imageId));
  }

  async removeImage(imageId: string): Promise<void> {
    attempt(() => this.#statements.deleteImage.run(imageId));
  }

  async findActive(imageIds: readonly string[]) {
    return attempt(() => {
      const { activeImagesAmong, activeEntriesAmong } = this.#statements;
      const images = activeImagesAmong.all(JSON.stringify(imageIds)).map(imageRecord);
      const entryIds = new Set(images.map((image) => image.entryId));
      const entries = activeEntriesAmong.all(JSON.stringify([...entryIds])).map(entryRecord);
      const entriesById = new Map(entries.map((entry) => [entry.id, entry]));

      const found = new Map<string, { image: ImageRecord; entry: EntryRecord }>();
      for (const image of images) {
        const entry = entriesById.get(image.entryId);
        if (entry) found.set(image.id, { image, entry });
      }
      return found;
    });
  }

  async addProcessed(pictureId: string, result: ProcessedResult): Promise<Stamp> {
    return this.#transaction(() => addProcessed(this.#statements, this.#outbox, pictureId, result));
  }

  async getProcessed(id: number): Promise<ImageProcessingResult | undefined> {
    return attempt(() => getProcessed(this.#statements, id));
  }

  async findProcessed(pictureIds: readonly string[]): Promise<Set<string>> {
    const rows = attempt(() => this.#statements.processedAmong.all(JSON.stringify(pictureIds)));
    return new Set(rows.map((row) => String(row.pictureId)));
  }

  async listProcessed(query: ProcessedQuery): Promise<ProcessedPage> {
    return attempt(() => listProcessed(this.#statements, query));
  }

  async count(): Promise<RecordCounts> {
    return attempt(() => {
      const counted = (statement: keyof Statements) => Number(this.#statements[statement].get()?.total);
      return {
        entries: counted('entriesTotal'),
        images: counted('imagesTotal'),
        processed: counted('processedTotal'),
      };
    });
  }

  async check(): Promise<void> {
    attempt(() => this.#statements.processedTotal.get());
  }

  /** Brings everything into the database file itself, and closes the handle. */
  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    attempt(() => {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      this.#database.close();
    });
  }

  #transaction<T>(work: () => T): T {
    return attempt(() => inTransaction(this.#database, work));
  }

  #entry(entryId: number): EntryRecord | undefined {
    const row = this.#statements.entry.get(entryId);
    return row && entryRecord(row);
  }

  #image(imageId: string): ImageRecord | undefined {
    const row = this.#statements.image.get(imageId);
    return row && imageRecord(row);
  }
}
