import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookStatus } from '../../lib/contract/endpoints/status.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { SqliteOutbox } from '../../lib/records/sqlite/outbox.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { activeEntry, plainEntry, processedResult } from '../suites/records/fixtures.ts';

/** Records with an outbox, each with a database handle of its own, as in a server. */
export interface OpenedOutbox extends AsyncDisposable {
  readonly records: RecordStore;
  readonly outbox: SqliteOutbox;
  readonly path: string;
  /** Opens another outbox on the same data, as a second process would. */
  another(): Promise<SqliteOutbox>;
  /** Resolves once this is true of the first receiver. */
  until(isTrue: (status: WebhookStatus) => boolean): Promise<void>;
  /** Lists this many people, and returns their entries' ids. */
  list(count: number): Promise<number[]>;
  /** Keeps the answer about a picture that shows these entries, and returns its id. */
  process(pictureId: string, entryIds: readonly number[]): Promise<number>;
}

export async function openOutbox(): Promise<OpenedOutbox> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'outbox-'));
  const path = join(folder.path, 'records.sqlite');
  const records = openSqliteRecords(await openDatabase(path));
  const outbox = new SqliteOutbox(await openDatabase(path));
  return {
    records,
    outbox,
    path,
    another: async () => new SqliteOutbox(await openDatabase(path)),
    async until(isTrue) {
      // Other handles change it without a notice, so it is polled.
      while (!(await outbox.status()).slice(0, 1).every(isTrue)) await delay(20);
    },
    async list(count) {
      const ids: number[] = [];
      for (let index = 0; index < count; index++)
        ids.push((await activeEntry(records, `Person ${index}`)).entry.id);
      return ids;
    },
    process: async (pictureId, entryIds) => (await records.addProcessed(pictureId, resultWith(entryIds))).id,
    async [Symbol.asyncDispose]() {
      outbox.close();
      await records.close();
      await folder.remove();
    },
  };
}

/** Makes an answer with one face that matches each of these entries once. */
export function resultWith(entryIds: readonly number[]) {
  const { faces, ...rest } = processedResult(entryIds.map((_, index) => index / 100));
  const withEntries = faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match, index) => {
      const id = entryIds[index] ?? 0;
      return { ...match, entry: plainEntry(id, `Person ${id}`) };
    }),
  }));
  return { ...rest, faces: withEntries };
}
