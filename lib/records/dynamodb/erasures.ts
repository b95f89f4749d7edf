import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import type { EntryRecord } from '../entry.ts';
import type { ErasedCounts, ErasureRecord, HistoryChoice } from '../erasure.ts';
import type { RecordStore } from '../port.ts';
import {
  countsOf,
  finishedTime,
  mentions,
  mostOf,
  nothingErased,
  redacted,
  redactedSeen,
} from '../shared/redaction.ts';
import { row } from '../shared/row.ts';
import { type Action, isNew } from './action.ts';
import { changePicture } from './change-picture.ts';
import { again, type TableClient } from './client.ts';
import { closeErased } from './erased-state.ts';
import {
  erasureKey,
  mergedPartition,
  mergedPlace,
  openErasureKey,
  openErasuresPartition,
  processedKey,
} from './items.ts';
import { forgetAnswers } from './kept-answers.ts';
import { addForgotten, keptFacesOf } from './kept-faces.ts';
import type { Key } from './keys.ts';
import { redactReviews } from './reviews.ts';

/** Makes the actions that note an erasure, for the transaction that hides its entry. */
export async function erasureActions(
  table: TableClient,
  { id: entryId }: Pick<EntryRecord, 'id'>,
  history: HistoryChoice,
  mergedInto?: number,
): Promise<Action[]> {
  const known = await readErasure(table, entryId);
  if (known?.finished || known?.mergedInto !== undefined) return [];
  if (known) {
    const change = 'SET #history = :history';
    return [{ update: erasureKey(entryId), change, condition: 'attribute_exists(#pk)', values: { history } }];
  }
  const started = new Date().toISOString();
  const erasure: ErasureRecord = { entryId, history, started, finished: null, removed: nothingErased };
  const isMerge = mergedInto !== undefined;
  return [
    { put: { ...erasureKey(entryId), ...erasure, ...(isMerge && { mergedInto }), version: 1 }, ...isNew },
    { put: openErasureKey(entryId) },
    ...(isMerge ? [{ put: mergedPlace(mergedInto, entryId) }] : []),
  ];
}

type ErasureItem = ErasureRecord & Key & { readonly version: number };

async function readErasure(table: TableClient, entryId: number): Promise<ErasureItem | undefined> {
  return row<ErasureItem | undefined>(await table.get(erasureKey(entryId)));
}

function erasureOf({ pk: _pk, sk: _sk, version: _version, ...erasure }: ErasureItem): ErasureRecord {
  return erasure;
}

async function mergedEntries(table: TableClient, entryId: number): Promise<number[]> {
  const found: number[] = [];
  for await (const places of table.query(mergedPartition(entryId))) {
    found.push(...places.map(({ sk }) => Number(sk)));
  }
  return found;
}

async function unsettledErasures(table: TableClient): Promise<ErasureRecord[]> {
  const found: ErasureItem[] = [];
  for await (const places of table.query(openErasuresPartition)) {
    found.push(...row<ErasureItem[]>(await table.getAll(places.map(({ sk }) => erasureKey(Number(sk))))));
  }
  return found.map(erasureOf).sort((one, other) => one.entryId - other.entryId);
}

/** Makes the part of the record store that keeps erasures. */
export function erasureRecords(table: TableClient, collection?: FaceCollection) {
  return {
    async getErasure(entryId: number): Promise<ErasureRecord | undefined> {
      const found = await readErasure(table, entryId);
      return found && erasureOf(found);
    },

    mergedEntries: (entryId: number) => mergedEntries(table, entryId),

    noteErasure: (entryId: number, found: Partial<ErasedCounts>, isFinished?: boolean): Promise<void> =>
      noteErasure(table, entryId, found, isFinished),

    unsettledErasures: () => unsettledErasures(table),

    async settleErasure(entryId: number): Promise<void> {
      const action = { remove: openErasureKey(entryId) };
      await table.settle(async () => (await table.transact([action])).done || again);
    },

    async redactProcessed(
      ids: readonly number[],
      entryId: number,
      { isSeen = false }: Parameters<RecordStore['redactProcessed']>[2] = {},
    ): Promise<void> {
      const isCounted = (await readErasure(table, entryId)) !== undefined;
      for (const id of new Set(ids)) {
        await redactPicture(table, collection, id, { entryId, isSeen, isCounted });
      }
    },

    closeErased: () => closeErased(table),

    /** Only kept answers are left: what was deleted is in no file that anybody can read. */
    async purge(entryId: number): Promise<void> {
      await forgetAnswers(table, entryId);
    },
  } satisfies Partial<RecordStore>;
}

async function noteErasure(
  table: TableClient,
  entryId: number,
  found: Partial<ErasedCounts>,
  isFinished?: boolean,
): Promise<void> {
  await table.settle(async () => {
    const known = await readErasure(table, entryId);
    if (!known) return true;
    const finished = finishedTime(known, isFinished);
    const values = { removed: mostOf(known.removed, found), finished, version: known.version, one: 1 };
    const { done } = await table.transact([
      {
        update: erasureKey(entryId),
        change: 'SET #removed = :removed, #finished = :finished ADD #version :one',
        condition: '#version = :version',
        values,
      },
    ]);
    return done || again;
  });
}

interface Redaction {
  readonly entryId: number;
  /** True for a picture in which a look-back found the person, who is no match there. */
  readonly isSeen: boolean;
  /** True if the entry's erasure counts what goes. */
  readonly isCounted: boolean;
}

async function redactPicture(
  table: TableClient,
  collection: FaceCollection | undefined,
  id: number,
  { entryId, isSeen, isCounted }: Redaction,
): Promise<void> {
  await changePicture(
    table,
    processedKey(id),
    (result) => {
      if (isSeen) return redactedSeen(result, entryId);
      return mentions(result, entryId) ? redacted(result, entryId) : undefined;
    },
    async (result, item, changed) => {
      // The faces go with the picture, and before the record that names them.
      const faces = keptFacesOf(item);
      await collection?.remove(faces.map(({ id }) => id));
      return [
        ...(await redactReviews(table, id, entryId, changed)),
        ...(isCounted ? [countAction(entryId, result, faces.length)] : []),
      ];
    },
    true,
  );
}

/** Makes the action that counts what goes, in the transaction in which it goes. */
function countAction(entryId: number, result: Parameters<typeof countsOf>[0], faces: number): Action {
  const { history_records: records, history_pictures: pictures } = countsOf(result);
  return {
    update: erasureKey(entryId),
    change:
      'SET #removed.#history_records = #removed.#history_records + :records, ' +
      `#removed.#history_pictures = #removed.#history_pictures + :pictures, ${addForgotten} ADD #version :one`,
    condition: 'attribute_exists(#pk)',
    values: { records, pictures, faces, zero: 0, one: 1 },
  };
}
