import { CreateCollectionCommand, DescribeCollectionCommand } from '@aws-sdk/client-rekognition';
import { BackendUnavailableError } from '../../errors.ts';
import { allOrFirstError } from '../../promises.ts';
import type { RekognitionCaller } from './caller.ts';
import { ignoringNoCollection, meaningOf } from './failures.ts';
import { collectionIdsOf } from './names.ts';

/** A collection, and the caller that reaches it. */
export interface Gallery {
  readonly caller: RekognitionCaller;
  readonly collectionId: string;
}

/** The records' note of how many collections there are, by the id of the first. */
export interface CollectionsNote {
  /**
   * Reads the number; `undefined` before the first `write`.
   * @throws BackendUnavailableError, ThrottledError
   */
  read(collectionId: string): Promise<number | undefined>;
  /** @throws BackendUnavailableError, ThrottledError, DiskFullError */
  write(collectionId: string, count: number): Promise<void>;
}

const retryAfterSeconds = 60;

/**
 * The collections of the listed faces. Each entry has its faces in one of them, and a search asks all.
 *
 * The records know how many collections were ever used. With fewer in the settings, people in the others
 * would not be found, so every call is refused then. With more, the entries of before stay where they are.
 */
export class Galleries {
  readonly caller: RekognitionCaller;
  readonly all: readonly Gallery[];
  readonly #collectionId: string;
  readonly #note: CollectionsNote | undefined;
  #required: number | undefined;

  /** @param count number of collections, at least 1 */
  constructor(
    caller: RekognitionCaller,
    collectionId: string,
    count: number,
    note: CollectionsNote | undefined,
  ) {
    this.caller = caller;
    this.all = collectionIdsOf(collectionId, count).map((id) => ({ caller, collectionId: id }));
    this.#collectionId = collectionId;
    this.#note = note;
  }

  /** Returns the collection for an entry's new faces. Earlier ones may be in another. */
  galleryOf(entryId: number): Gallery {
    return this.all[entryId % this.all.length] as Gallery;
  }

  /**
   * Returns the number of collections, of the first ones, that must exist: people are lost with one that does
   * not. The note is read once.
   * @throws BackendUnavailableError when the settings have fewer collections than hold faces
   */
  async required(): Promise<number> {
    if (this.#required !== undefined) return this.#required;
    const known = (await this.#note?.read(this.#collectionId)) ?? 1;
    const count = this.all.length;
    if (known > count) {
      throw new BackendUnavailableError(
        `There are faces in ${known} collections, and REKOGNITION_COLLECTIONS is ${count}: set it to ${known} again ` +
          `(-c collections=${known}). With fewer, people would not be found.`,
        retryAfterSeconds,
      );
    }
    this.#required = known;
    return known;
  }

  /**
   * Makes all collections before the first face comes into more than one, and notes their number. From then
   * on one that does not exist is lost.
   * @throws BackendUnavailableError as `required`
   */
  async prepare(): Promise<void> {
    if ((await this.required()) === this.all.length) return;
    await allOrFirstError(this.all.map(createCollection));
    await this.#note?.write(this.#collectionId, this.all.length);
    this.#required = this.all.length;
  }

  /** Tells if all collections exist that must. */
  async exist(): Promise<boolean> {
    const required = this.all.slice(0, await this.required());
    const described = await allOrFirstError(
      required.map(({ collectionId: CollectionId }) =>
        ignoringNoCollection(() => this.caller.send(new DescribeCollectionCommand({ CollectionId }))),
      ),
    );
    return !described.includes(undefined);
  }
}

export async function createCollection({ caller, collectionId }: Gallery): Promise<void> {
  try {
    await caller.send(new CreateCollectionCommand({ CollectionId: collectionId }));
  } catch (error) {
    // Another process made it at the same moment.
    if (meaningOf(error) !== 'collection exists') throw error;
  }
}
