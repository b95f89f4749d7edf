import {
  DescribeCollectionCommand,
  type FaceRecord,
  IndexFacesCommand,
  ListFacesCommand,
  SearchFacesByImageCommand,
} from '@aws-sdk/client-rekognition';
import type { Deadline } from '../../deadline.ts';
import type { Picture } from '../../inputs/picture.ts';
import { log } from '../../log.ts';
import type { FaceToKeep } from '../port.ts';
import { RekognitionCaller } from './caller.ts';
import { type SentPicture, sendWhole } from './encode.ts';
import { deleteFaces, sendToNewCollection } from './enroll.ts';
import { ignoringNoCollection, meaningOf } from './failures.ts';
import type { Gallery } from './galleries.ts';
import { boxOf, overlap } from './geometry.ts';
import {
  type CollectedFace,
  collectedFace,
  type FaceCollection,
  keptFaceName,
  lookBackCollectionOf,
} from './kept-faces.ts';
import { sameFaceOverlap } from './match.ts';
import { distanceOf, mostFaces, widerSimilarity } from './search.ts';

/** Limit of `IndexFaces` on the faces of one picture. */
const maxFacesOfPicture = 100;
const listedAtOnce = 4096;

/** A face of the collection that a search has found. */
export interface FoundFace extends CollectedFace {
  readonly distance: number;
  readonly similarity: number;
}

/**
 * Opens the collection of the faces that matched nobody, without a call.
 * @param settings those of the collection of the listed faces, which this one lies beside
 * @param days days that faces are kept; 0 where none are
 */
export function openKeptCollection(
  settings: {
    readonly region: string;
    readonly collectionId: string;
    readonly rekognitionCallsPerSecond: number;
  },
  days: number,
): KeptCollection {
  const { region, collectionId, rekognitionCallsPerSecond: callsPerSecond } = settings;
  return new KeptCollection(new RekognitionCaller({ region, callsPerSecond }), collectionId, days);
}

/** Rekognition's collection of the faces that matched nobody. The first face makes it. */
export class KeptCollection implements FaceCollection {
  readonly id: string;
  readonly #gallery: Gallery;
  readonly #days: number;

  /**
   * @param collectionId the collection of the listed faces
   * @param days days that faces are kept. With 0 those of before are removed, where the service may do so.
   */
  constructor(caller: RekognitionCaller, collectionId: string, days: number) {
    this.id = lookBackCollectionOf(collectionId);
    this.#days = days;
    this.#gallery = { caller, collectionId: this.id };
  }

  /**
   * Keeps some faces of a picture, by one `IndexFaces` of the whole of it. The other faces that this indexes
   * are removed again.
   * @returns the faces' ids; a face that the service does not find again is left out
   */
  async add(
    picture: Picture,
    pictureId: string,
    wanted: readonly FaceToKeep[],
    deadline: Deadline | undefined,
  ): Promise<{ readonly faceIndex: number; readonly id: string }[]> {
    const { sent, records } = await sendWhole(picture, async (sent) => {
      return { sent, records: await this.#index(sent, pictureId, deadline) };
    });
    const left = [...wanted];
    const kept: { faceIndex: number; id: string }[] = [];
    const others: string[] = [];
    for (const { Face: { FaceId, BoundingBox } = {} } of records) {
      if (FaceId === undefined) continue;
      const box = boxOf(BoundingBox, sent.frame, picture);
      const overlaps = left.map(({ area }) => overlap(area, box));
      const place = overlaps.indexOf(Math.max(...overlaps));
      if ((overlaps[place] ?? 0) < sameFaceOverlap) others.push(FaceId);
      else for (const { faceIndex } of left.splice(place, 1)) kept.push({ faceIndex, id: FaceId });
    }
    if (others.length > 0) await this.remove(others);
    return kept;
  }

  async remove(faceIds: readonly string[]): Promise<void> {
    if (faceIds.length > 0) await this.#ifThere(() => deleteFaces(this.#gallery, faceIds));
  }

  async removeBefore(time: Date): Promise<number> {
    // No face is as old as the first time there is.
    if (time.getTime() <= 0) return 0;
    const old: string[] = [];
    for await (const { faceId, since } of this.list()) if (since < time) old.push(faceId);
    await this.remove(old);
    return old.length;
  }

  /** Lists the faces, in no promised order. Those of other programs are left out. */
  async *list(): AsyncGenerator<CollectedFace> {
    const { caller, collectionId: CollectionId } = this.#gallery;
    let NextToken: string | undefined;
    do {
      const command = new ListFacesCommand({ CollectionId, MaxResults: listedAtOnce, NextToken });
      const page = await this.#ifThere(() => caller.send(command));
      for (const { ExternalImageId, FaceId } of page?.Faces ?? []) {
        const face = collectedFace(ExternalImageId, FaceId);
        if (face) yield face;
      }
      NextToken = page?.NextToken;
    } while (NextToken);
  }

  /** Counts the faces by one call. */
  async count(): Promise<number> {
    const { caller, collectionId: CollectionId } = this.#gallery;
    const described = await this.#ifThere(() => caller.send(new DescribeCollectionCommand({ CollectionId })));
    return described?.FaceCount ?? 0;
  }

  /**
   * Finds the faces that match the largest face of a picture, nearest first.
   * @returns `undefined` if the service finds no face in the picture
   */
  search(
    picture: Picture,
    threshold: number,
    deadline: Deadline | undefined,
  ): Promise<FoundFace[] | undefined> {
    return sendWhole(picture, async ({ bytes }) => {
      const command = new SearchFacesByImageCommand({
        CollectionId: this.id,
        Image: { Bytes: bytes },
        MaxFaces: mostFaces,
        FaceMatchThreshold: widerSimilarity(threshold),
      });
      try {
        const { FaceMatches = [] } = await this.#gallery.caller.send(command, deadline?.remainingMs());
        return FaceMatches.flatMap(({ Face, Similarity: similarity = 0 }) => {
          const face = collectedFace(Face?.ExternalImageId, Face?.FaceId);
          const distance = distanceOf(similarity);
          return face && distance <= threshold ? [{ ...face, distance, similarity }] : [];
        });
      } catch (error) {
        const meaning = meaningOf(error);
        if (meaning === 'no collection') return [];
        if (meaning === 'no face') return undefined;
        throw error;
      }
    });
  }

  /**
   * Ignores an absent collection. Where no faces are kept, many who run the service allow it the collection
   * of the listed faces alone: that is no failure of an erasure, which tells of it.
   */
  async #ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ignoringNoCollection(work);
    } catch (err) {
      if (this.#days > 0 || meaningOf(err) !== 'not allowed') throw err;
      log().warn({ collection: this.id }, 'the service may not look for faces of an earlier look-back');
      return undefined;
    }
  }

  async #index(
    { bytes }: SentPicture,
    pictureId: string,
    deadline: Deadline | undefined,
  ): Promise<readonly FaceRecord[]> {
    const command = new IndexFacesCommand({
      CollectionId: this.id,
      Image: { Bytes: bytes },
      ExternalImageId: keptFaceName(pictureId),
      MaxFaces: maxFacesOfPicture,
      QualityFilter: 'NONE',
    });
    const { FaceRecords = [] } = await sendToNewCollection(this.#gallery, () =>
      this.#gallery.caller.send(command, deadline?.remainingMs()),
    );
    return FaceRecords;
  }
}
