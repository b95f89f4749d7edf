import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { ApiClient, newName } from '../suites/api/client.ts';
import { connectOverHttp } from './connections.ts';
import { encodedAgain } from './pictures.ts';

/** Clients that list, add to, delete and process until their server is gone, and remember its answers. */

/** The clients' knowledge of a person whom they asked to list. */
export interface Listing {
  readonly name: string;
  /** Number of the face that all its images show. */
  readonly face: number;
  /** Id of the entry, once the listing was acknowledged. */
  id: number | undefined;
  /** Number of images that were sent, and the next field the number of those that were acknowledged. */
  imagesAsked: number;
  imagesKept: number;
  deletion: 'none' | 'asked' | 'done';
}

export class Load {
  readonly listings: Listing[] = [];
  /** Answers about processed pictures. */
  readonly processed: ImageProcessingResult[] = [];
  /** Number of acknowledged changes. */
  acknowledged = 0;
  readonly #faces: readonly Buffer[];
  readonly #encoded = new Map<number, Promise<Buffer[]>>();

  constructor(faces: readonly Buffer[]) {
    this.#faces = faces;
  }

  /**
   * Runs the clients against a server, and calls `onAcknowledged` after each change. Resolves when none of
   * them gets an answer any more.
   */
  async run(url: string, clients: number, onAcknowledged: () => void): Promise<void> {
    const untilGone = async (work: (api: ApiClient) => Promise<void>) => {
      // Each client is new, so that nothing is deleted when it ends.
      const api = new ApiClient(connectOverHttp(url));
      try {
        for (;;) {
          await work(api);
          this.acknowledged += 1;
          onAcknowledged();
        }
      } catch (error) {
        // Only a broken connection is expected; a wrong answer fails the test.
        if (!(error instanceof TypeError && error.cause)) throw error;
      }
    };
    await Promise.all([
      ...Array.from({ length: clients }, () => untilGone((api) => this.#change(api))),
      untilGone((api) => this.#process(api)),
    ]);
  }

  async #change(api: ApiClient): Promise<void> {
    const face = Math.floor(Math.random() * this.#faces.length);
    const image = this.#faces[face] as Buffer;
    const listing: Listing = {
      name: newName(),
      face,
      id: undefined,
      imagesAsked: 1,
      imagesKept: 0,
      deletion: 'none',
    };
    this.listings.push(listing);
    const { id } = await api.list([image], { name: listing.name });
    listing.id = id;
    listing.imagesKept = 1;
    if (Math.random() < 0.5) {
      listing.imagesAsked += 2;
      await api.addImages(id, await this.#others(face));
      listing.imagesKept += 2;
    }
    if (Math.random() < 0.4) {
      listing.deletion = 'asked';
      await api.delete(id);
      listing.deletion = 'done';
    }
  }

  /** Two other pictures of a face: the same bytes again would add nothing. */
  #others(face: number): Promise<Buffer[]> {
    const others =
      this.#encoded.get(face) ??
      Promise.all([90, 80].map((quality) => encodedAgain(this.#faces[face] as Buffer, quality)));
    this.#encoded.set(face, others);
    return others;
  }

  async #process(api: ApiClient): Promise<void> {
    this.processed.push(await api.process(this.#faces[0] as Buffer));
  }
}
