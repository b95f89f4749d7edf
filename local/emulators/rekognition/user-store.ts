import type { DatabaseSync } from 'node:sqlite';
import type { UserStatus } from '@aws-sdk/client-rekognition';
import { inTransaction } from '../../../lib/records/sqlite/transactions.ts';
import { faceNotFound, RekognitionError } from './errors.ts';
import { compareEmbeddings } from './face-index.ts';
import type { CollectionStore, Page } from './store.ts';

/** Limit of the service on the faces of one user. */
const maxFacesOfUser = 100;

export interface StoredUser {
  readonly userId: string;
  readonly status: UserStatus;
}

export interface UserHit {
  readonly user: StoredUser;
  /** 0..100 */
  readonly similarity: number;
}

type FailureReason = 'FACE_NOT_FOUND' | 'ASSOCIATED_TO_A_DIFFERENT_USER' | 'LOW_MATCH_CONFIDENCE';

/** A face whose association was not changed. */
export interface FaceFailure {
  readonly FaceId: string;
  readonly UserId?: string;
  readonly Confidence?: number;
  readonly Reasons: FailureReason[];
}

export interface Association {
  readonly changed: string[];
  readonly failed: FaceFailure[];
}

/**
 * Users of collections: each is a set of faces, which are searched for by their average. All methods throw
 * `ResourceNotFoundException` when there is no such collection or user.
 */
export class UserStore {
  readonly #database: DatabaseSync;
  readonly #faces: CollectionStore;

  constructor(database: DatabaseSync, faces: CollectionStore) {
    this.#database = database;
    this.#faces = faces;
  }

  /** @throws RekognitionError `ConflictException` when the user exists */
  create(collectionId: string, userId: string): void {
    this.#faces.checkExists(collectionId);
    const { changes } = this.#database
      .prepare('INSERT INTO user (collection_id, id) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(collectionId, userId);
    if (changes === 0) throw new RekognitionError('ConflictException', 'The userId already exists.');
  }

  /** Deletes a user; its faces stay, without a user. */
  delete(collectionId: string, userId: string): void {
    this.#check(collectionId, userId);
    inTransaction(this.#database, () => {
      this.#database
        .prepare('UPDATE face SET user_id = NULL WHERE collection_id = ? AND user_id = ?')
        .run(collectionId, userId);
      this.#database.prepare('DELETE FROM user WHERE collection_id = ? AND id = ?').run(collectionId, userId);
    });
  }

  /** Lists users by their age, oldest first. */
  list(collectionId: string, after: number, limit: number): Page<StoredUser> {
    this.#faces.checkExists(collectionId);
    const rows = this.#database
      .prepare(
        'SELECT sequence, id FROM user WHERE collection_id = ? AND sequence > ? ORDER BY sequence LIMIT ?',
      )
      .all(collectionId, after, limit + 1);
    const items = rows.slice(0, limit).map(({ id }) => this.#user(collectionId, String(id)));
    return { items, next: rows.length > limit ? Number(rows[limit - 1]?.sequence) : undefined };
  }

  count(collectionId: string): number {
    const sql = 'SELECT count(*) AS count FROM user WHERE collection_id = ?';
    return Number(this.#database.prepare(sql).get(collectionId)?.count);
  }

  /**
   * Gives faces to a user. Those that are its own already are passed over.
   * @param threshold similarity (0..100) that a face needs to those that the user has
   * @throws RekognitionError `ServiceQuotaExceededException` when the user would have too many
   */
  associate(
    collectionId: string,
    userId: string,
    faceIds: readonly string[],
    threshold: number,
  ): Association {
    this.#check(collectionId, userId);
    const present = this.#faceIds(collectionId, userId);
    const changed: string[] = [];
    const failed: FaceFailure[] = [];
    for (const faceId of new Set(faceIds)) {
      const owner = this.#ownerOf(collectionId, faceId);
      if (owner === userId) continue;
      if (owner === undefined) failed.push({ FaceId: faceId, Reasons: ['FACE_NOT_FOUND'] });
      else if (owner !== null)
        failed.push({ FaceId: faceId, UserId: owner, Reasons: ['ASSOCIATED_TO_A_DIFFERENT_USER'] });
      else {
        const confidence = this.#likeness(collectionId, faceId, [...present, ...changed]);
        if (confidence !== undefined && confidence < threshold)
          failed.push({ FaceId: faceId, Confidence: confidence, Reasons: ['LOW_MATCH_CONFIDENCE'] });
        else changed.push(faceId);
      }
    }
    if (present.length + changed.length > maxFacesOfUser) {
      throw new RekognitionError(
        'ServiceQuotaExceededException',
        `A user can have at most ${maxFacesOfUser} faces.`,
      );
    }
    this.#setUser(collectionId, changed, userId);
    return { changed, failed };
  }

  /** Takes faces from a user. */
  disassociate(collectionId: string, userId: string, faceIds: readonly string[]): Association {
    this.#check(collectionId, userId);
    const changed: string[] = [];
    const failed: FaceFailure[] = [];
    for (const faceId of new Set(faceIds)) {
      const owner = this.#ownerOf(collectionId, faceId);
      if (owner === userId) changed.push(faceId);
      else if (owner)
        failed.push({ FaceId: faceId, UserId: owner, Reasons: ['ASSOCIATED_TO_A_DIFFERENT_USER'] });
      else failed.push({ FaceId: faceId, Reasons: ['FACE_NOT_FOUND'] });
    }
    this.#setUser(collectionId, changed, null);
    return { changed, failed };
  }

  /** Returns the users that are similar to an embedding, the most similar first. */
  search(
    collectionId: string,
    probe: Float32Array,
    { threshold, limit, except }: { threshold: number; limit: number; except?: string },
  ): UserHit[] {
    this.#faces.checkExists(collectionId);
    const ids = this.#database
      .prepare('SELECT DISTINCT user_id AS id FROM face WHERE collection_id = ? AND user_id IS NOT NULL')
      .all(collectionId);
    return ids
      .map(({ id }) => String(id))
      .filter((id) => id !== except)
      .map((id) => ({
        user: this.#user(collectionId, id),
        similarity: compareEmbeddings(probe, this.#average(collectionId, this.#faceIds(collectionId, id))),
      }))
      .filter(({ similarity }) => similarity >= threshold)
      .sort((one, other) => other.similarity - one.similarity)
      .slice(0, limit);
  }

  /**
   * Returns the embedding of a face of the collection.
   * @throws RekognitionError `InvalidParameterException` when it is not there
   */
  faceEmbedding(collectionId: string, faceId: string): Float32Array {
    const embedding = this.#faces.embedding(collectionId, faceId);
    if (!embedding) throw faceNotFound();
    return embedding;
  }

  /** Returns the average of a user's faces; `undefined` if it has none. */
  userEmbedding(collectionId: string, userId: string): Float32Array | undefined {
    this.#check(collectionId, userId);
    const faceIds = this.#faceIds(collectionId, userId);
    return faceIds.length === 0 ? undefined : this.#average(collectionId, faceIds);
  }

  /** Returns the ids of a user's faces. */
  facesOf(collectionId: string, userId: string): string[] {
    this.#check(collectionId, userId);
    return this.#faceIds(collectionId, userId);
  }

  /** Returns the users of faces that have one. */
  usersOf(collectionId: string, faceIds: readonly string[]): Map<string, string> {
    const rows = this.#database
      .prepare(
        'SELECT id, user_id FROM face WHERE collection_id = ? AND user_id IS NOT NULL AND id IN (SELECT value FROM json_each(?))',
      )
      .all(collectionId, JSON.stringify(faceIds));
    return new Map(rows.map(({ id, user_id }) => [String(id), String(user_id)]));
  }

  #check(collectionId: string, userId: string): void {
    this.#faces.checkExists(collectionId);
    const sql = 'SELECT 1 FROM user WHERE collection_id = ? AND id = ?';
    if (!this.#database.prepare(sql).get(collectionId, userId)) {
      throw new RekognitionError('ResourceNotFoundException', `The user id: ${userId} does not exist`);
    }
  }

  #user(collectionId: string, userId: string): StoredUser {
    const hasFaces = this.#faceIds(collectionId, userId).length > 0;
    return { userId, status: hasFaces ? 'ACTIVE' : 'CREATED' };
  }

  #faceIds(collectionId: string, userId: string): string[] {
    const sql = 'SELECT id FROM face WHERE collection_id = ? AND user_id = ? ORDER BY sequence';
    return this.#database
      .prepare(sql)
      .all(collectionId, userId)
      .map(({ id }) => String(id));
  }

  /** Returns a face's user, null for a face without one, `undefined` for an absent face. */
  #ownerOf(collectionId: string, faceId: string): string | null | undefined {
    const sql = 'SELECT user_id FROM face WHERE collection_id = ? AND id = ?';
    const row = this.#database.prepare(sql).get(collectionId, faceId);
    if (!row) return undefined;
    return row.user_id === null ? null : String(row.user_id);
  }

  #setUser(collectionId: string, faceIds: readonly string[], userId: string | null): void {
    const update = this.#database.prepare('UPDATE face SET user_id = ? WHERE collection_id = ? AND id = ?');
    inTransaction(this.#database, () => {
      for (const faceId of faceIds) update.run(userId, collectionId, faceId);
    });
  }

  #likeness(collectionId: string, faceId: string, others: readonly string[]): number | undefined {
    if (others.length === 0) return undefined;
    return compareEmbeddings(this.faceEmbedding(collectionId, faceId), this.#average(collectionId, others));
  }

  /** Returns the average direction of some faces, as a unit vector. */
  #average(collectionId: string, faceIds: readonly string[]): Float32Array {
    const embeddings = faceIds.map((id) => this.faceEmbedding(collectionId, id));
    const sum = new Float32Array(embeddings[0]?.length ?? 0);
    for (const embedding of embeddings) {
      for (const [place, value] of embedding.entries()) sum[place] = (sum[place] ?? 0) + value;
    }
    const length = Math.hypot(...sum);
    return sum.map((value) => value / length);
  }
}
