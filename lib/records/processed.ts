import type { ReviewState, ReviewVerdict } from '../contract/review.ts';
import type { ImageProcessingResult, Track } from '../contract/shapes.ts';
import type { KeptTemplate } from '../faces/face.ts';

/** Answer for a processed picture, without the id and the time that its record gets. */
export type ProcessedResult = Omit<ImageProcessingResult, 'db_id' | 'processing_timestamp'>;

/** Times and counts of a passage that goes on after its record was made. */
export type TrackProgress = Pick<Track, 'last_seen' | 'looks' | 'matched_looks'>;

/** Id and time of a processed picture's record. */
export interface Stamp {
  /** Id, a whole number from 1 on; a later record has a larger one. */
  readonly id: number;
  /**
   * Time by the clock, ISO 8601, UTC. If the clock was put back by more than a second, later records have
   * earlier times. If it was put back by less, they repeat the last time until the clock has caught up.
   */
  readonly timestamp: string;
}

/**
 * Two successive processed pictures of which the later has the earlier time, because the clock was put back.
 */
export interface TimeDisorder {
  readonly before: Stamp;
  readonly after: Stamp;
}

/** Filter of processed pictures; a picture must pass all conditions. */
export interface ProcessedFilter {
  readonly hasMatch?: boolean | undefined;
  /**
   * Id of an entry that the picture must show; the entry may be deleted by now. A picture of more than 50
   * entries passes only for the 50 that match best. With `source` or `reference`, one of more than 20 passes
   * only for the best that fit, at least 11.
   */
  readonly entryId?: number | undefined;
  /** Ids of further entries of the same person: a picture passes that shows any of them, or `entryId`. */
  readonly mergedIds?: readonly number[] | undefined;
  /**
   * State of the picture's matches: `open` if any is, else `confirmed`, `unsure` or `rejected`, whichever
   * comes first.
   */
  readonly review?: ReviewState | undefined;
  /** Id of an entry that nearly matched, and did not match, in the picture; no other condition but times. */
  readonly nearEntryId?: number | undefined;
  /** The picture shows very many entries, so that it is not found by each of them. */
  readonly isCrowd?: boolean | undefined;
  /** Source of the picture; normal forms are compared. */
  readonly source?: string | undefined;
  /** Reference of the picture; normal forms are compared. */
  readonly reference?: string | undefined;
  /** Earliest timestamp, included. */
  readonly since?: Date | undefined;
  /** Latest timestamp, excluded. */
  readonly until?: Date | undefined;
  /** Id than which a picture's own must be smaller. By it, pages follow each other without gap or double. */
  readonly beforeId?: number | undefined;
}

/** A face that is kept with its picture for a look-back. */
export type KeptFace = KeptTemplate;

/** Names a kept face. */
export interface KeptFacePlace {
  /** The `db_id` of its picture. */
  readonly processedId: number;
  readonly faceIndex: number;
}

/** A page of processed pictures: `limit` 1..100, `offset` >= 0. */
export interface ProcessedQuery extends ProcessedFilter {
  readonly limit: number;
  readonly offset: number;
}

export interface ProcessedPage {
  /** Number of pictures that pass the filter. */
  readonly total: number;
  /** Pictures of the page, newest first, each with its `db_id`. */
  readonly items: ImageProcessingResult[];
}

/** Ids of a page of processed pictures: `limit` 1..10,000. */
export interface ProcessedIds {
  /** Number of pictures that pass the filter. */
  readonly total: number;
  /** Ids of the page's pictures, newest first. */
  readonly ids: readonly number[];
}

/** A person's verdict on a match. */
export interface NewReview {
  readonly faceIndex: number;
  readonly entryId: number;
  readonly verdict: ReviewVerdict;
  readonly note: string | null;
  /** Name of whoever judges. */
  readonly actor: string;
}

/** Matches that are counted together. */
export interface TallyKey {
  /** Day of the pictures, in days since 1970 (UTC). */
  readonly day: number;
  readonly entryId: number;
  readonly model: string;
  readonly metric: string;
  readonly threshold: number;
}

/** Number of decided matches, by verdict. */
export type ReviewTally = TallyKey & Readonly<Record<ReviewVerdict, number>>;
