import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
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
    const isThere = await readEach(this.#stores, this.#images, (bytes) => other.has(bytes));
    return isThere.filter((one) => one !== true).length;
  }

  async #isStored(hash: string): Promise<boolean> {
    this.#stored ??= readEach(this.#stores, this.#images, async (bytes) => hashOf(bytes)).then(
      (hashes) => new Set(hashes.filter((one) => one !== null)),
    );
    return (await this.#stored).has(hash);
  }
}

/** Reads the stored pictures of images, a few at once; gives `null` for each that is not there. */
function readEach<Result>(
  { images }: Stores,
  of: readonly ImageRecord[],
  use: (bytes: Uint8Array) => Promise<Result>,
): Promise<(Result | null)[]> {
  const limit = pLimit(readAtOnce);
  const read = async ({ key }: ImageRecord) => {
    const bytes = await persistently(() => images.get(key));
    return bytes ? use(bytes) : null;
  };
  return allOrFirstError(of.map((image) => limit(() => read(image))));
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

async function activeImages({ records }: Stores, entryId: number): Promise<ImageRecord[]> {
  const all = await persistently(() => records.listImages(entryId));
  return all.filter(({ status }) => status === 'ACTIVE');
}
