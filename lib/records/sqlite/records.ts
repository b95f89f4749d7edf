import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AuditFacts } from '../../audit/port.ts';
import {
  type AuditTarget,
  changeFacts,
  countWritten,
  isService,
  removedPictures,
} from '../../audit/scope.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import { EntryNotFoundError, LastImageError, NameTakenError } from '../../errors.ts';
import { foldedName } from '../../names/folded-name.ts';
import type {
  ChangedFields,
  EntryChange,
  EntryPage,
  EntryQuery,
  EntryRecord,
  ImageRecord,
  NewEntry,
  NewImage,
  RecordedFace,
  RecordStatus,
} from '../entry.ts';
import type { ErasedCounts, ErasureOptions, ErasureRecord } from '../erasure.ts';
import type { MergeClaim, MergeStep } from '../merging.ts';
import type { RecordCounts, RecordStore } from '../port.ts';
import type {
  KeptFace,
  KeptFacePlace,
  NewReview,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  ReviewTally,
  Stamp,
  TimeDisorder,
  TrackProgress,
} from '../processed.ts';
import { changeDetail, changedEntry, newEntryRecord, requireVersion } from '../shared/entry-changes.ts';
import { claimEnd } from '../shared/entry-claims.ts';
import { withEntriesInForce } from '../shared/in-force.ts';
import { mergedEntry, requireMergeable } from '../shared/mergeable.ts';
import { reviewTarget } from '../shared/reviews.ts';
import { row } from '../shared/row.ts';
import type { RetentionNote, UnknownKept } from '../sweep-notes.ts';
import { SqliteAudit } from './audit.ts';
import { embeddingsOf } from './embedding-rows.ts';
import { entryParameters, entryRecord, findEntryIds, giveUpEntry, newEntryParameters } from './entries.ts';
import { ErasedTraces } from './erased-traces.ts';
import {
  beginErasure,
  decidingId,
  getErasure,
  mergedEntries,
  noteErasure,
  redactProcessed,
  unsettledErasures,
} from './erasures.ts';
import { forgetAnswers } from './kept-answers.ts';
import { claimOf, replaceClaim } from './merge-claims.ts';
import { SqliteOutbox } from './outbox.ts';
import { requireOwnFiles } from './own-files.ts';
import {
  addProcessed,
  countProcessed,
  getProcessed,
  lastSeen,
  listProcessed,
  removeProcessed,
  timeDisorder,
  updateTrack,
} from './processed.ts';
import { purgeDatabase } from './purge.ts';
import { addReview, readTallies } from './reviews.ts';
import { prepareStatements, type Statements } from './statements.ts';
import {
  attempt,
  isUniqueViolation,
  requireReserve,
  tryToWrite,
  type WriteOptions,
  whenUnlocked,
  write,
} from './transactions.ts';

/**
 * Opens the record store in a database from `openDatabase`. Other code may keep tables of its own in the same
 * database; `close()` closes it for all.
 */
export function openSqliteRecords(database: DatabaseSync): RecordStore {
  return attempt(database, () => new SqliteRecords(database));
}

type Row = Record<string, SQLOutputValue>;

/** Kept faces that are removed in one transaction, which no request should notice. */
const keptFacesAtOnce = 200;
/** Number of images that are read at once where they are read in turn. */
const imagesAtOnce = 500;
/**
 * Milliseconds for which a successful test write counts. Anybody may ask for the health, and the answers must
 * not keep the disk busy.
 */
const writableMs = 1000;

// The statements name their columns after the fields, so a row is the record.
function imageRecord({ sequence, face, file, holder, ...found }: Row): ImageRecord {
  return row<ImageRecord>({
    ...found,
    face: face === null ? null : { quality: null, ...JSON.parse(String(face)) },
    file: file === null ? null : JSON.parse(String(file)),
    ...(holder !== null && { holder }),
  });
}

/**
 * Runs `write`.
 * @throws NameTakenError when another entry has the name
 */
function takingName<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw isUniqueViolation(error) ? new NameTakenError(name) : error;
  }
}

/**
 * The record store on SQLite. It writes by `run()`, and reads the results by statements of their own. `get()`
 * on a `RETURNING` would commit only at a later reset, whose failure nobody would see.
 */
class SqliteRecords implements RecordStore {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #outbox: SqliteOutbox;
  readonly #traces = new ErasedTraces();
  readonly #audit: SqliteAudit;
  /** Time by `performance.now()` until which the database counts as writable. */
  #writableUntil = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.#outbox = new SqliteOutbox(database);
    this.#audit = new SqliteAudit(database);
  }

  async createEntry(given: NewEntry): Promise<EntryRecord> {
    const { insertEntry, insertCarriedEntry } = this.#statements;
    const entry = newEntryRecord(given, given.carried?.id ?? 0);
    const parameters = newEntryParameters(entry, claimEnd(given));
    const { lastInsertRowid } = await this.#write(() =>
      takingName(entry.name, () =>
        given.carried?.id !== undefined
          ? insertCarriedEntry.run({ $id: entry.id, ...parameters })
          : insertEntry.run(parameters),
      ),
    );
    return { ...entry, id: Number(lastInsertRowid) };
  }

  async activateEntry(entryId: number): Promise<EntryRecord | undefined> {
    return this.#change(
      () => {
        const { changes } = this.#statements.activateEntry.run(entryId);
        return changes === 0 ? undefined : this.#entry(entryId);
      },
      (entry) => entry && { entryId },
    );
  }

  async renewEntry(entryId: number, claimMs: number): Promise<void> {
    await this.#write(() => this.#statements.renewEntry.run(claimEnd({ claimMs }), entryId));
  }

  async giveUpEntry(entryId: number): Promise<boolean> {
    return this.#write(() => giveUpEntry(this.#statements, entryId), { frees: true });
  }

  async getEntry(entryId: number): Promise<EntryRecord | undefined> {
    return this.#read(() => this.#entry(entryId));
  }

  async findEntry(name: string): Promise<EntryRecord | undefined> {
    return this.#read(() => {
      const row = this.#statements.entryByName.get(name);
      return row && entryRecord(row);
    });
  }

  async listEntries(status: RecordStatus): Promise<EntryRecord[]> {
    return this.#read(() => this.#statements.entriesByStatus.all(status).map(entryRecord));
  }

  async findEntries(query: EntryQuery): Promise<EntryPage> {
    return this.#read(() => {
      const { total, ids } = findEntryIds(this.#database, query);
      const found = this.#statements.entriesAmong.all(JSON.stringify(ids)).map(entryRecord);
      const byId = new Map(found.map((entry) => [entry.id, entry]));
      return { total, items: ids.flatMap((id) => byId.get(id) ?? []) };
    });
  }

  async updateEntry(
    entryId: number,
    change: ChangedFields,
    { actor = null, ...condition }: Parameters<RecordStore['updateEntry']>[2] = {},
  ): Promise<EntryRecord | undefined> {
    let detail: string | undefined;
    return this.#change(
      () => {
        const entry = this.#entry(entryId);
        if (entry?.status !== 'ACTIVE') return undefined;
        requireVersion(entry, condition);
        const changed = changedEntry(entry, change, actor);
        if (changed === entry) return entry;
        detail = changeDetail(entry, changed);
        takingName(changed.name, () =>
          this.#statements.updateEntry.run({ $id: entryId, ...entryParameters(changed) }),
        );
        return changed;
      },
      () => (detail === undefined ? undefined : { entryId, detail }),
    );
  }

  async markEntryDeleting(
    entryId: number,
    { history, mergedInto, merge, ...condition }: ErasureOptions = {},
  ): Promise<EntryRecord | undefined> {
    let facts: readonly AuditFacts[] = [];
    return this.#change(
      () => {
        const before = this.#entry(entryId);
        if (before && before.status !== 'DELETING') requireVersion(before, condition);
        if (mergedInto !== undefined) {
          if (before?.status !== 'ACTIVE') throw new EntryNotFoundError();
          const into = this.#entry(mergedInto);
          requireMergeable(into);
          if (merge) facts = this.#merge(before, into, merge);
        }
        this.#statements.markEntryDeleting.run(entryId);
        if (before && history) {
          beginErasure(this.#statements, this.#outbox, before, history, mergedInto ?? null);
          // The other entry has the same embeddings, byte for byte.
          if (mergedInto === undefined) {
            this.#traces.noteEntry(before, history, embeddingsOf(this.#database, entryId));
          }
        }
        return before;
      },
      (before) => (before?.status === 'ACTIVE' ? [...facts, changeFacts({ entryId })] : undefined),
      { frees: true },
    );
  }

  /** Gives an entry what it lacks of the fields of one that is merged into it. Returns the lines about it. */
  #merge(from: EntryRecord, into: EntryRecord, step: MergeStep): readonly AuditFacts[] {
    const claim = claimOf(this.#statements, from.id);
    const images = this.#statements.imagesOfEntry.all(from.id).map(imageRecord);
    const { entry, facts } = mergedEntry({ into, from, claim, images }, step);
    this.#statements.updateEntry.run({ $id: into.id, ...entryParameters(entry) });
    return facts;
  }

  async mergeClaim(entryId: number): Promise<MergeClaim | undefined> {
    return this.#read(() => claimOf(this.#statements, entryId));
  }

  replaceMergeClaim(
    entryId: number,
    before: MergeClaim | undefined,
    after: MergeClaim | undefined,
  ): Promise<boolean> {
    return this.#write(() => {
      const isNeeded = after !== undefined && !after.isRevoked;
      if (isNeeded && this.#entry(entryId)?.status !== 'ACTIVE') return false;
      return replaceClaim(this.#statements, entryId, before, after);
    });
  }

  async removeEntry(entryId: number): Promise<void> {
    // Its images' records are removed too, by their foreign key.
    await this.#change(
      () => this.#statements.deleteEntry.run(entryId),
      ({ changes }) => (changes > 0 && isService() ? { entryId } : undefined),
      { frees: true },
    );
  }

  async getErasure(entryId: number): Promise<ErasureRecord | undefined> {
    return this.#read(() => getErasure(this.#statements, entryId));
  }

  async mergedEntries(entryId: number): Promise<number[]> {
    return this.#read(() => mergedEntries(this.#statements, entryId));
  }

  async noteErasure(entryId: number, found: Partial<ErasedCounts>, isFinished?: boolean): Promise<void> {
    await this.#write(() => noteErasure(this.#statements, entryId, found, isFinished), { frees: true });
  }

  async unsettledErasures(): Promise<ErasureRecord[]> {
    return this.#read(() => unsettledErasures(this.#statements));
  }

  async settleErasure(entryId: number): Promise<void> {
    await this.#write(() => this.#statements.settleErasure.run(entryId), { frees: true });
  }

  async redactProcessed(
    ids: readonly number[],
    entryId: number,
    { isSeen = false }: Parameters<RecordStore['redactProcessed']>[2] = {},
  ): Promise<void> {
    await this.#write(
      () => {
        const redacted = redactProcessed(this.#statements, ids, entryId, isSeen);
        const erasedId = decidingId(this.#statements, entryId);
        for (const text of redacted.texts) this.#traces.noteText(erasedId, text);
        this.#forgetKept(redacted.keptFaces, entryId, erasedId);
      },
      { frees: true },
    );
  }

  async purge(entryId: number): Promise<void> {
    await write(this.#database, () => forgetAnswers(this.#database, entryId), { frees: true });
    await purgeDatabase(this.#database, this.#traces.of(entryId));
    this.#traces.forget(entryId);
  }

  async findAlike(name: string): Promise<EntryRecord[]> {
    return this.#read(() => this.#statements.entriesByFoldedName.all(foldedName(name)).map(entryRecord));
  }

  /** Returns no change: `openDatabase` has normalized all entries. */
  async normalizeEntries(): Promise<EntryChange[]> {
    return [];
  }

  async createImage(image: NewImage): Promise<ImageRecord | undefined> {
    const { id, entryId, key, file, holder = null } = image;
    const addedDate = new Date().toISOString();
    return this.#write(() => {
      const json = file && JSON.stringify(file);
      const { changes } = this.#statements.insertImage.run(id, key, addedDate, json, holder, entryId);
      if (changes === 1) return { ...image, status: 'PENDING', addedDate, face: null };
      if (this.#image(id)) return undefined;
      throw new EntryNotFoundError();
    });
  }

  async activateImage(imageId: string, face: RecordedFace): Promise<ImageRecord | undefined> {
    return this.#change(
      () => {
        const { changes } = this.#statements.activateImage.run(JSON.stringify(face), imageId);
        return changes === 0 ? undefined : this.#image(imageId);
      },
      // Until its entry is shown, the image is a part of the listing, which has a line of its own.
      (image) =>
        image && this.#entry(image.entryId)?.status === 'ACTIVE'
          ? { entryId: image.entryId, imageId }
          : undefined,
    );
  }

  async replaceFace(imageId: string, face: RecordedFace): Promise<void> {
    await this.#write(() => this.#statements.replaceFace.run(JSON.stringify(face), imageId));
  }

  async getImages(imageIds: readonly string[]): Promise<Map<string, ImageRecord>> {
    const rows = await this.#read(() => this.#statements.imagesAmong.all(JSON.stringify(imageIds)));
    return new Map(rows.map(imageRecord).map((image) => [image.id, image]));
  }

  async listImages(entryId: number): Promise<ImageRecord[]> {
    return this.#read(() => this.#statements.imagesOfEntry.all(entryId).map(imageRecord));
  }

  async *listImagesByStatus(status: RecordStatus): AsyncGenerator<ImageRecord> {
    // The caller may change the images between two of them, so no statement stays open meanwhile.
    for (let last = 0; ; ) {
      const rows = await this.#read(() => this.#statements.imagesByStatus.all(status, last, imagesAtOnce));
      yield* rows.map(imageRecord);
      if (rows.length < imagesAtOnce) return;
      last = Number(rows.at(-1)?.sequence);
    }
  }

  async withdrawImage(imageId: string): Promise<ImageRecord | undefined> {
    return this.#change(
      () => {
        const image = this.#image(imageId);
        if (image?.status !== 'ACTIVE') return undefined;
        const entry = this.#entry(image.entryId);
        if (entry?.status !== 'ACTIVE') throw new EntryNotFoundError();
        if (entry.imageCount === 1) throw new LastImageError();
        this.#statements.markImageDeleting.run(imageId);
        return image;
      },
      (image) => image && { entryId: image.entryId, imageId },
      { frees: true },
    );
  }

  async keepImage(imageId: string): Promise<boolean> {
    const { changes } = await this.#write(() => this.#statements.keepImage.run(imageId));
    return changes === 1;
  }

  async markImageDeleting(imageId: string, holder?: string): Promise<boolean> {
    const mark = () => {
      const image = this.#image(imageId);
      if (image && holder !== undefined && image.holder !== holder) return false;
      this.#statements.markImageDeleting.run(imageId);
      return true;
    };
    return this.#write(mark, { frees: true });
  }

  async removeImage(imageId: string): Promise<void> {
    await this.#change(
      () => {
        const image = this.#image(imageId);
        this.#statements.deleteImage.run(imageId);
        return image;
      },
      (image) => (image && isService() ? { entryId: image.entryId, imageId } : undefined),
      { frees: true },
    );
  }

  async findActive(imageIds: readonly string[]) {
    return this.#read(() => {
      const { activeImagesAmong, activeEntriesAmong } = this.#statements;
      const images = activeImagesAmong.all(JSON.stringify(imageIds)).map(imageRecord);
      const entryIds = new Set(images.map((image) => image.entryId));
      const entries = activeEntriesAmong.all(JSON.stringify([...entryIds])).map(entryRecord);
      return withEntriesInForce(images, entries);
    });
  }

  async addProcessed(
    pictureId: string,
    result: ProcessedResult,
    carried?: Date,
    kept?: readonly KeptFace[],
  ): Promise<Stamp> {
    const { actor } = changeFacts({});
    const { id, timestamp } = await this.#change(
      () => addProcessed(this.#statements, this.#outbox, pictureId, result, actor, carried, kept),
      ({ id, isNew }) => (isNew ? { pictureId: id } : undefined),
    );
    return { id, timestamp };
  }

  async forgetFaces(faces: readonly KeptFacePlace[], entryId: number): Promise<void> {
    await this.#write(
      () => {
        const places = JSON.stringify(faces.map(({ processedId, faceIndex }) => [processedId, faceIndex]));
        const found = this.#statements.keptFacesAmong.all(places);
        this.#forgetKept(found, entryId);
      },
      { frees: true },
    );
  }

  async forgetFacesBefore(time: Date, version: string): Promise<number> {
    const { changes } = await this.#write(
      () => this.#statements.deleteKeptFacesBefore.run(time.getTime(), version, keptFacesAtOnce),
      { frees: true },
    );
    return Number(changes);
  }

  async getProcessed(id: number, actor?: string): Promise<ImageProcessingResult | undefined> {
    return this.#read(() => getProcessed(this.#statements, id, actor));
  }

  async getProcessedAmong(ids: readonly number[]): Promise<Map<number, ImageProcessingResult>> {
    const found = await this.#read(() =>
      [...new Set(ids)].flatMap((id) => {
        const result = getProcessed(this.#statements, id, undefined);
        return result ? [[id, result] as const] : [];
      }),
    );
    return new Map(found);
  }

  async reviewProcessed(
    id: number,
    review: NewReview,
    reviewers: 1 | 2,
  ): Promise<ImageProcessingResult | undefined> {
    const reviewed = await this.#change(
      () => addReview(this.#statements, this.#outbox, id, review, reviewers),
      (found) => (found?.isChanged ? reviewTarget(id, review) : undefined),
    );
    return reviewed?.result;
  }

  async reviewTallies(sinceDay: number): Promise<ReviewTally[]> {
    return this.#read(() => readTallies(this.#statements, sinceDay));
  }

  async findProcessed(pictureIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.#read(() => this.#statements.processedAmong.all(JSON.stringify(pictureIds)));
    return new Set(rows.map((row) => String(row.pictureId)));
  }

  async updateTrack(id: number, track: TrackProgress): Promise<void> {
    await this.#write(() => updateTrack(this.#statements, id, track));
  }

  async listProcessed(query: ProcessedQuery): Promise<ProcessedPage> {
    return this.#read(() => this.#asOneMoment(() => listProcessed(this.#statements, query)));
  }

  async lastSeen(entryId: number): Promise<string | null> {
    return this.#read(() => lastSeen(this.#statements, entryId));
  }

  async removeProcessed(ids: readonly number[]): Promise<number> {
    const removed = await this.#change(
      () => removeProcessed(this.#statements, ids),
      (gone) => (gone.length > 0 ? removedPictures(gone) : undefined),
      { frees: true },
    );
    return removed.length;
  }

  retention(): Promise<RetentionNote | undefined> {
    return this.#note('retention');
  }

  noteRetention(note: RetentionNote): Promise<void> {
    return this.#putNote('retention', note);
  }

  unknownKept(): Promise<UnknownKept | undefined> {
    return this.#note('unknown-kept');
  }

  noteUnknownKept(kept: UnknownKept): Promise<void> {
    return this.#putNote('unknown-kept', kept);
  }

  async #note<Note>(name: string): Promise<Note | undefined> {
    const body = await this.#read(() => this.#statements.note.get(name)?.body);
    return body === undefined ? undefined : JSON.parse(String(body));
  }

  async #putNote(name: string, note: object): Promise<void> {
    await this.#write(() => this.#statements.putNote.run(name, JSON.stringify(note)));
  }

  async timeDisorder(): Promise<TimeDisorder | undefined> {
    return this.#read(() => timeDisorder(this.#statements));
  }

  async count(): Promise<RecordCounts> {
    return this.#read(() => {
      const counted = (statement: keyof Statements) => Number(this.#statements[statement].get()?.total);
      return {
        entries: counted('entriesTotal'),
        images: counted('imagesTotal'),
        processed: countProcessed(this.#statements),
      };
    });
  }

  async lastEntryId(): Promise<number> {
    return this.#read(() => Number(this.#statements.lastEntryId.get()?.id));
  }

  async check(): Promise<void> {
    await this.#read(() => this.#statements.lastProcessed.get());
    requireOwnFiles(this.#database);
    requireReserve(this.#database);
    if (performance.now() < this.#writableUntil) return;
    tryToWrite(this.#database);
    this.#writableUntil = performance.now() + writableMs;
  }

  /** Moves the write-ahead log into the database file, and closes the database. */
  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The log stays beside the file, and nothing is lost.
    }
    attempt(this.#database, () => this.#database.close());
  }

  #read<T>(work: () => T): Promise<T> {
    return whenUnlocked(this.#database, work);
  }

  #write<T>(work: () => T, options?: WriteOptions): Promise<T> {
    return write(this.#database, work, options);
  }

  /** Reads as if nobody wrote meanwhile, also in another process. */
  #asOneMoment<T>(work: () => T): T {
    this.#database.exec('BEGIN');
    try {
      return work();
    } finally {
      if (this.#database.isTransaction) this.#database.exec('COMMIT');
    }
  }

  /** Removes kept faces, counts them, and notes what must not be found of them. */
  #forgetKept(rows: readonly Row[], entryId: number, erasedId = entryId): void {
    if (rows.length === 0) return;
    this.#traces.noteKeptFaces(erasedId, rows);
    this.#statements.deleteKeptFaces.run(JSON.stringify(rows.map(({ id }) => Number(id))));
    const known = getErasure(this.#statements, entryId)?.removed.kept_faces ?? 0;
    noteErasure(this.#statements, entryId, { kept_faces: known + rows.length });
  }

  /**
   * Writes something, and in the same transaction its line of the audit trail; `undefined` of `target` for no
   * line.
   */
  async #change<T>(
    work: () => T,
    target: (result: T) => AuditTarget | readonly AuditFacts[] | undefined,
    options?: WriteOptions,
  ): Promise<T> {
    let lines = 0;
    const result = await this.#write(() => {
      const done = work();
      const about = target(done);
      const facts = Array.isArray(about) ? about : about ? [changeFacts(about as AuditTarget)] : [];
      if (facts.length > 0) this.#audit.add(facts);
      lines = facts.length;
      return done;
    }, options);
    countWritten(lines);
    return result;
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
