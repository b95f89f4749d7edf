import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Stores } from '../ports.ts';
import { allInTurns } from '../promises.ts';
import type { ImageRecord } from '../records/entry.ts';
import { contentIdsOf } from './content-ids.ts';
import { persistently } from './persistently.ts';

/** Pictures that are read at once. Each has at most the size of an upload. */
const readAtOnce = 4;

/**
 * The pictures of an entry by their contents. An entry has a picture if an image's id was made from these
 * bytes, see `contentIdsOf`, or if these bytes are stored. An earlier version gave images other ids. So the
 * stored pictures are read, but only once a picture is not known by its id.
 */
export class EntryPictures {
  readonly #stores: Stores;
  readonly #entryId: number;
  readonly #images: readonly ImageRecord[];
  readonly #imageIds: ReadonlySet<string>;
  #stored: Promise<ReadonlySet<string>> | undefined;

  private constructor(stores: Stores, entryId: number, images: readonly ImageRecord[]) {
    this.#stores = stores;
    this.#entryId = entryId;
    this.#images = images;
    this.#imageIds = new Set(images.map(({ id }) => id));
  }

  /** @throws BackendUnavailableError, ThrottledError */
  static async of(stores: Stores, entryId: number): Promise<EntryPictures> {
    return new EntryPictures(stores, entryId, await activeImages(stores, entryId));
  }

  /** Ids of the entry's images. */
  get imageIds(): ReadonlySet<string> {
    return this.#imageIds;
  }

  /**
   * Returns true if the entry has the picture.
   * @throws BackendUnavailableError, ThrottledError
   */
  async has(bytes: Uint8Array): Promise<boolean> {
    const [ids = []] = contentIdsOf(this.#entryId, [bytes]);
    return ids.some((id) => this.#imageIds.has(id)) || (await this.#isStored(hashOf(bytes)));
  }

  /**
   * Counts those of these pictures that another entry does not have. One that can't be read counts too.
   * @throws BackendUnavailableError, ThrottledError
   */
  async countMissingIn(other: EntryPictures): Promise<number> {
    const isThere = await this.each(async (_, bytes) => bytes !== undefined && other.has(bytes));
    return isThere.filter((one) => !one).length;
  }

  get count(): number {
    return this.#images.length;
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

  async #isStored(hash: string): Promise<boolean> {
    this.#stored ??= this.each(async (_, bytes) => bytes && hashOf(bytes)).then(
      (hashes) => new Set(hashes.filter((one) => one !== undefined)),
    );
    return (await this.#stored).has(hash);
  }
}

/** Reads the stored pictures of images, a few at once, and does something with each. */
export function readEach<Result>(
  { images }: Stores,
  of: readonly ImageRecord[],
  work: (image: ImageRecord, bytes: Uint8Array | undefined) => Promise<Result>,
): Promise<Result[]> {
  const read = async (image: ImageRecord) => work(image, await persistently(() => images.get(image.key)));
  return allInTurns(of, pLimit(readAtOnce), read);
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

async function activeImages({ records }: Stores, entryId: number): Promise<ImageRecord[]> {
  const all = await persistently(() => records.listImages(entryId));
  return all.filter(({ status }) => status === 'ACTIVE');
}
