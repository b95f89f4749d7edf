import { changeFacts, removedPictures } from '../../audit/scope.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { RecordStore } from '../port.ts';
import type { KeptFace, ProcessedResult, Stamp } from '../processed.ts';
import { reviewTarget } from '../shared/reviews.ts';
import { forgetKept } from './erasures.ts';
import {
  addProcessed,
  getProcessed,
  lastSeen,
  removeProcessed,
  timeDisorder,
  updateTrack,
} from './processed.ts';
import { listProcessed, listProcessedIds, passing } from './processed-lists.ts';
import { addReview, readTallies } from './reviews.ts';
import type { SqliteSession } from './session.ts';

/** Kept faces that are removed in one transaction, which no request should notice. */
const keptFacesAtOnce = 200;

/** Makes the part of the record store that keeps processed pictures. */
export function processedRecords(session: SqliteSession) {
  return { ...processedReads(session), ...processedWrites(session), ...keptFaces(session) };
}

/** Makes the methods that read processed pictures. */
function processedReads(session: SqliteSession) {
  const { statements } = session;
  return {
    getProcessed: (id, actor) => session.read(() => getProcessed(statements, id, actor)),

    async getProcessedAmong(ids, filter): Promise<Map<number, ImageProcessingResult>> {
      const found = await session.readAsOneMoment(() => {
        const isMeant = filter ? passing(statements, filter) : () => true;
        return [...new Set(ids)].filter(isMeant).flatMap((id) => {
          const result = getProcessed(statements, id, undefined);
          return result ? [[id, result] as const] : [];
        });
      });
      return new Map(found);
    },

    async findProcessed(pictureIds): Promise<Set<string>> {
      const rows = await session.read(() => statements.processedAmong.all(JSON.stringify(pictureIds)));
      return new Set(rows.map((row) => String(row.pictureId)));
    },

    listProcessed: (query) => session.readAsOneMoment(() => listProcessed(statements, query)),

    listProcessedIds: (query) => session.readAsOneMoment(() => listProcessedIds(statements, query)),

    reviewTallies: (sinceDay) => session.read(() => readTallies(statements, sinceDay)),

    lastSeen: (entryId) => session.read(() => lastSeen(statements, entryId)),

    timeDisorder: () => session.read(() => timeDisorder(statements)),
  } satisfies Partial<RecordStore>;
}

/** Makes the methods that add, change and remove processed pictures. */
function processedWrites(session: SqliteSession) {
  const { statements, outbox } = session;
  return {
    async addProcessed(
      pictureId: string,
      result: ProcessedResult,
      carried?: Date,
      kept?: readonly KeptFace[],
    ): Promise<Stamp> {
      const { actor } = changeFacts({});
      const { id, timestamp } = await session.change(
        () => addProcessed(statements, outbox, pictureId, result, actor, carried, kept),
        ({ id, isNew }) => (isNew ? { pictureId: id } : undefined),
      );
      return { id, timestamp };
    },

    async reviewProcessed(id, review, reviewers) {
      const reviewed = await session.change(
        () => addReview(statements, outbox, id, review, reviewers),
        (found) => (found?.isChanged ? reviewTarget(id, review) : undefined),
      );
      return reviewed?.result;
    },

    updateTrack: (id, track) => session.write(() => updateTrack(statements, id, track)),

    async removeProcessed(ids) {
      const removed = await session.change(
        () => removeProcessed(statements, ids),
        (gone) => (gone.length > 0 ? removedPictures(gone) : undefined),
        { frees: true },
      );
      return removed.length;
    },
  } satisfies Partial<RecordStore>;
}

/** Makes the methods that forget faces which matched nobody. */
function keptFaces(session: SqliteSession) {
  const { statements, traces } = session;
  return {
    async forgetFaces(faces, entryId) {
      const places = JSON.stringify(faces.map(({ processedId, faceIndex }) => [processedId, faceIndex]));
      await session.write(
        () => forgetKept(statements, traces, statements.keptFacesAmong.all(places), entryId),
        { frees: true },
      );
    },

    async forgetFacesBefore(time, version) {
      const { changes } = await session.write(
        () => statements.deleteKeptFacesBefore.run(time.getTime(), version, keptFacesAtOnce),
        { frees: true },
      );
      return Number(changes);
    },
  } satisfies Partial<RecordStore>;
}
