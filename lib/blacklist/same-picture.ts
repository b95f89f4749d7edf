import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Stores } from '../ports.ts';
import { allInTurns } from '../promises.ts';
import type { ImageRecord } from '../records/entry.ts';
import { contentIdsOf } from './content-ids.ts';
import { retryTransient } from './retry-transient.ts';

/** Bytes of a stored picture, without the bytes. */
export interface StoredForm {
  readonly hash: string;
  readonly sizeBytes: number;
}

/** Pictures that are read at once. Each has at most the size of an upload. */
const readAtOnce = 4;

/**
 * The pictures of an entry by their contents. An entry has a picture if an image's id was made from these
 * bytes, see `contentIdsOf`, or if these bytes are stored. Images of requests with a key, and of earlier
 * versions, have other ids. So stored pictures are read, but only those of the same size.
 */
export class EntryPictures {
  readonly #stores: Stores;
  readonly #entryId: number;
  readonly #images: readonly ImageRecord[];
  readonly #imageIds: ReadonlySet<string>;
  readonly #turns = pLimit(readAtOnce);
  /** Hashes of the stored pictures that were read, by the ids of the images. */
  readonly #hashes: Map<string, Promise<string | undefined>>;

  private constructor(
    stores: Stores,
    entryId: number,
    images: readonly ImageRecord[],
    hashes = new Map<string, Promise<string | undefined>>(),
  ) {
    this.#hashes = hashes;
    this.#stores = stores;
    this.#entryId = entryId;
    this.#images = images;
    this.#imageIds = new Set(images.map(({ id }) => id));
  }

  /** @throws BackendUnavailableError, ThrottledError */
  static async of(stores: Stores, entryId: number): Promise<EntryPictures> {
    return new EntryPictures(stores, entryId, await activeImages(stores, entryId));
  }

  /** Makes the same, but only those of some images. */
  only(isWanted: (image: ImageRecord) => boolean): EntryPictures {
    return new EntryPictures(this.#stores, this.#entryId, this.#images.filter(isWanted), this.#hashes);
  }

  /** Makes those of an entry that has none yet. */
  static none(stores: Stores, entryId: number): EntryPictures {
    return new EntryPictures(stores, entryId, []);
  }

  /** Ids of the entry's images. */
  get imageIds(): ReadonlySet<string> {
    return this.#imageIds;
  }

  get images(): readonly ImageRecord[] {
    return this.#images;
  }

  /**
   * Returns true if the entry has the picture.
   * @throws BackendUnavailableError, ThrottledError
   */
  async has(bytes: Uint8Array): Promise<boolean> {
    return (await this.find(bytes)) !== undefined;
  }

  /**
   * Returns the id of the image that is this picture; `undefined` if the entry does not have it.
   * @throws BackendUnavailableError, ThrottledError
   */
  async find(bytes: Uint8Array): Promise<string | undefined> {
    const ids = contentIdsOf(this.#entryId, bytes);
    const known = ids.find((id) => this.#imageIds.has(id));
    return known ?? (await this.stored(storedForm(bytes)))[0]?.id;
  }

  /**
   * Returns the id of the image that is this picture in one of its forms.
   * @throws BackendUnavailableError, ThrottledError
   */
  async findAny(forms: readonly Uint8Array[]): Promise<string | undefined> {
    for (const bytes of forms) {
      const id = await this.find(bytes);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /**
   * Finds the images whose stored bytes these are, the oldest first.
   * @param known hashes of stored pictures that need not be read, by the ids of their images
   * @throws BackendUnavailableError, ThrottledError
   */
  async stored(
    { hash, sizeBytes }: StoredForm,
    known?: ReadonlyMap<string, StoredForm>,
  ): Promise<ImageRecord[]> {
    // Earlier versions recorded no size.
    const alike = this.#images.filter(({ file }) => file === null || file.sizeBytes === sizeBytes);
    const hashes = await allInTurns(
      alike,
      this.#turns,
      async (image) => known?.get(image.id)?.hash ?? this.#hashOf(image),
    );
    return alike.filter((_, place) => hashes[place] === hash);
  }

  /**
   * Does something with each image and its stored bytes, a few at once. Lost bytes are undefined.
   * @throws BackendUnavailableError, ThrottledError, and what the work throws
   */
  each<Result>(
    work: (image: ImageRecord, bytes: Uint8Array | undefined) => Promise<Result>,
  ): Promise<Result[]> {
    return readEach(this.#stores, this.#images, work);
  }

  #hashOf(image: ImageRecord): Promise<string | undefined> {
    const read = async () => {
      const bytes = await retryTransient(() => this.#stores.images.get(image.key));
      return bytes && hashOf(bytes);
    };
    const hash = this.#hashes.get(image.id) ?? read();
    this.#hashes.set(image.id, hash);
    return hash;
  }
}

/** Reads the stored pictures of images, a few at once, and does something with each. */
export function readEach<Result>(
  { images }: Stores,
  of: readonly ImageRecord[],
  work: (image: ImageRecord, bytes: Uint8Array | undefined) => Promise<Result>,
): Promise<Result[]> {
  const read = async (image: ImageRecord) => work(image, await retryTransient(() => images.get(image.key)));
  return allInTurns(of, pLimit(readAtOnce), read);
}

/** Describes bytes as they are stored, or would be. */
export function storedForm(bytes: Uint8Array): StoredForm {
  return { hash: hashOf(bytes), sizeBytes: bytes.length };
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

async function activeImages({ records }: Stores, entryId: number): Promise<ImageRecord[]> {
  const all = await retryTransient(() => records.listImages(entryId));
  return all
    .filter(({ status }) => status === 'ACTIVE')
    .sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

/** Returns a text by which all processes sort images in the same way, the oldest first. */
function order({ addedDate, id }: ImageRecord): string {
  return `${addedDate} ${id}`;
}
