import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Face } from '@aws-sdk/client-rekognition';
import { embeddingModels } from '../../../lib/faces/engine/models/models.ts';
import { inTransaction } from '../../../lib/records/sqlite/transactions.ts';
import { collectionKey, idOf } from './collection-key.ts';
import { Consistency } from './consistency.ts';
import { collectionExists, collectionNotFound, faceNotFound } from './errors.ts';
import { FaceIndex, type IndexHit, type StoredFace } from './face-index.ts';

/** Value of `FaceModelVersion`: the version of the service that is emulated. */
export const faceModelVersion = '7.0';

export interface Collection {
  readonly id: string;
  readonly createdMs: number;
  readonly faceCount: number;
}

/** A part of a listing, and the sequence number after which there is more, if there is. */
export interface Page<Item> {
  readonly items: Item[];
  readonly next: number | undefined;
}

interface FaceRow {
  sequence: number;
  id: string;
  collection_id: string;
  image_id: string;
  external_image_id: string;
  box_left: number;
  box_top: number;
  box_width: number;
  box_height: number;
  confidence: number;
  embedding: Uint8Array;
}

const { dimensions } = embeddingModels.MobileFaceNet;
const metadata =
  'sequence, id, collection_id, image_id, external_image_id, box_left, box_top, box_width, box_height, confidence';

/**
 * Collections and their faces: kept in the database, held in memory for the search. Methods name a collection
 * by its key, see `keyOf`, and throw `ResourceNotFoundException` when it does not exist.
 */
export class CollectionStore {
  readonly #database: DatabaseSync;
  readonly #indexes = new Map<string, FaceIndex>();
  readonly #consistency: Consistency;

  constructor(database: DatabaseSync, consistency = new Consistency()) {
    this.#database = database;
    this.#consistency = consistency;
    for (const { id } of database.prepare('SELECT id FROM collection').all()) {
      this.#indexes.set(String(id), new FaceIndex(dimensions));
    }
    for (const row of this.#rows(`SELECT ${metadata}, embedding FROM face ORDER BY sequence`)) {
      // The blob's place in memory need not be a multiple of 4: slice() moves it to one that is.
      this.#index(row.collection_id).add(storedFace(row), new Float32Array(row.embedding.slice().buffer));
    }
  }

  /**
   * Returns the key of a region's collection, be it there or not. A collection that an earlier version made
   * stays in every region, because nobody knows for which one it was meant.
   */
  keyOf(region: string, id: string): string {
    return this.#indexes.has(id) ? id : collectionKey(region, id);
  }

  /** @throws RekognitionError `ResourceAlreadyExistsException` */
  createCollection(id: string, tags: Readonly<Record<string, string>> = {}): void {
    if (this.#indexes.has(id)) throw collectionExists(id);
    this.#run(
      'INSERT INTO collection (id, created_ms, face_model_version, tags) VALUES (?, ?, ?, ?)',
      id,
      Date.now(),
      faceModelVersion,
      JSON.stringify(tags),
    );
    this.#indexes.set(id, new FaceIndex(dimensions));
    this.#consistency.written(id);
  }

  getCollection(id: string): Collection {
    const faceCount = this.#index(id).size;
    const row = this.#database.prepare('SELECT created_ms FROM collection WHERE id = ?').get(id);
    return { id, createdMs: Number(row?.created_ms), faceCount };
  }

  deleteCollection(id: string): void {
    this.#index(id);
    this.#run('DELETE FROM collection WHERE id = ?', id);
    this.#indexes.delete(id);
  }

  /** Returns the ids of a region's collections by their age, oldest first. */
  listCollections(region: string, after: number, limit: number): Page<string> {
    const rows = this.#database
      .prepare(
        `SELECT sequence, id FROM collection WHERE sequence > ? AND (instr(id, ?) = 1 OR instr(id, '/') = 0)
           ORDER BY sequence LIMIT ?`,
      )
      .all(after, collectionKey(region, ''), limit + 1) as unknown as { sequence: number; id: string }[];
    return pageOf(rows, limit, ({ id }) => idOf(id));
  }

  /**
   * Adds the faces that are not there yet, all or none. A face is there already when the collection has one
   * of the same picture, external id and box. Returns them all as they are stored, in the order given.
   */
  addFaces(
    collectionId: string,
    faces: readonly (Omit<StoredFace, 'faceId'> & { embedding: Float32Array })[],
  ): StoredFace[] {
    const index = this.#index(collectionId);
    const kept = inTransaction(this.#database, () => faces.map((face) => this.#keep(collectionId, face)));
    kept.forEach((face, position) => {
      const added = faces[position];
      if (!added || index.embedding(face.faceId) !== undefined) return;
      index.add(face, added.embedding);
      this.#consistency.written(face.faceId);
    });
    return kept;
  }

  /** Faces in the order they were indexed, those of `faceIds` only where it is given. */
  listFaces(
    collectionId: string,
    { after, limit, faceIds }: { after: number; limit: number; faceIds?: readonly string[] | undefined },
  ): Page<StoredFace> {
    this.#index(collectionId);
    const wanted = faceIds ? 'AND id IN (SELECT value FROM json_each(?))' : '';
    const rows = this.#rows(
      `SELECT ${metadata} FROM face WHERE collection_id = ? AND sequence > ? ${wanted} ORDER BY sequence LIMIT ?`,
      collectionId,
      after,
      ...(faceIds ? [JSON.stringify(faceIds)] : []),
      limit + 1,
    );
    const { items, next } = pageOf(rows, limit, storedFace);
    return { items: items.filter(({ faceId }) => this.#consistency.isKnown(faceId)), next };
  }

  /** Deletes the faces that are there; returns the ids of those. */
  deleteFaces(collectionId: string, faceIds: readonly string[]): string[] {
    const index = this.#index(collectionId);
    const present = [...new Set(faceIds)].filter(
      (faceId) => index.embedding(faceId) !== undefined && !this.#consistency.isLeaving(faceId),
    );
    inTransaction(this.#database, () => {
      const remove = this.#database.prepare('DELETE FROM face WHERE id = ?');
      for (const faceId of present) remove.run(faceId);
    });
    for (const faceId of present) this.#consistency.deleted(faceId, () => index.remove(faceId));
    return present;
  }

  /** Returns the faces that are similar to the embedding, see `FaceIndex.search`. */
  search(collectionId: string, probe: Float32Array, threshold: number, limit: number): IndexHit[] {
    return this.#known(
      this.#index(collectionId).search(probe, threshold, limit + this.#consistency.freshCount),
      limit,
    );
  }

  /** Searches by a face of the collection, without that face itself in the result. */
  searchFace(collectionId: string, faceId: string, threshold: number, limit: number): IndexHit[] {
    const index = this.#index(collectionId);
    const probe = index.embedding(faceId);
    if (!probe || !this.#consistency.isKnown(faceId)) throw faceNotFound();
    const hits = index.search(probe, threshold, limit + 1 + this.#consistency.freshCount);
    return this.#known(
      hits.filter(({ face }) => face.faceId !== faceId),
      limit,
    );
  }

  /** Leaves out the faces that the service does not tell yet. */
  #known(hits: readonly IndexHit[], limit: number): IndexHit[] {
    return hits.filter(({ face }) => this.#consistency.isKnown(face.faceId)).slice(0, limit);
  }

  /** Returns the embedding of a face that reads tell of; `undefined` for others. */
  embedding(collectionId: string, faceId: string): Float32Array | undefined {
    const embedding = this.#index(collectionId).embedding(faceId);
    return this.#consistency.isKnown(faceId) ? embedding : undefined;
  }

  tags(collectionId: string): Record<string, string> {
    this.#index(collectionId);
    const row = this.#database.prepare('SELECT tags FROM collection WHERE id = ?').get(collectionId);
    return JSON.parse(String(row?.tags ?? '{}'));
  }

  setTags(collectionId: string, tags: Readonly<Record<string, string>>): void {
    this.#run('UPDATE collection SET tags = ? WHERE id = ?', JSON.stringify(tags), collectionId);
  }

  /** @throws RekognitionError `ResourceNotFoundException` */
  checkExists(collectionId: string): void {
    this.#index(collectionId);
  }

  close(): void {
    this.#database.close();
  }

  #keep(collectionId: string, face: Omit<StoredFace, 'faceId'> & { embedding: Float32Array }): StoredFace {
    const { box, embedding } = face;
    const key = [
      collectionId,
      face.imageId,
      face.externalImageId ?? '',
      box.Left,
      box.Top,
      box.Width,
      box.Height,
    ];
    const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    this.#database
      .prepare(
        `INSERT INTO face (id, collection_id, image_id, external_image_id, box_left, box_top, box_width, box_height,
           confidence, embedding) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(randomUUID(), ...key, face.confidence, bytes);
    const [row] = this.#rows(
      `SELECT ${metadata} FROM face WHERE collection_id = ? AND image_id = ? AND external_image_id = ?
         AND box_left = ? AND box_top = ? AND box_width = ? AND box_height = ?`,
      ...key,
    );
    return storedFace(row as FaceRow);
  }

  #index(collectionId: string): FaceIndex {
    this.#consistency.settle();
    const index = this.#indexes.get(collectionId);
    if (!index || !this.#consistency.isKnown(collectionId)) throw collectionNotFound(collectionId);
    return index;
  }

  #rows(sql: string, ...values: (string | number)[]): FaceRow[] {
    return this.#database.prepare(sql).all(...values) as unknown as FaceRow[];
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#database.prepare(sql).run(...values);
  }
}

/** Converts a stored face to the service's form. */
export function faceOf(
  { faceId, imageId, externalImageId, box, confidence }: StoredFace,
  userId?: string,
): Face {
  return {
    FaceId: faceId,
    BoundingBox: box,
    ImageId: imageId,
    ...(externalImageId !== undefined && { ExternalImageId: externalImageId }),
    Confidence: confidence,
    IndexFacesModelVersion: faceModelVersion,
    ...(userId !== undefined && { UserId: userId }),
  };
}

/** Makes a page of the rows. They are one more than `limit` if there are more. */
function pageOf<Row extends { sequence: number }, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(itemOf), next: rows.length > limit ? shown.at(-1)?.sequence : undefined };
}

function storedFace(row: FaceRow): StoredFace {
  return {
    faceId: row.id,
    imageId: row.image_id,
    externalImageId: row.external_image_id || undefined,
    box: { Left: row.box_left, Top: row.box_top, Width: row.box_width, Height: row.box_height },
    confidence: row.confidence,
  };
}
