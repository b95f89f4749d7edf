/** State of a request's key, as one who sends the key finds it. */
export type Claim =
  /** Nobody has sent the key, or whoever did has failed: the request is the caller's to work on. */
  | { readonly state: 'claimed' }
  /** Another is working on the request. */
  | { readonly state: 'running' }
  /** The key belongs to a request with another content. */
  | { readonly state: 'different' }
  /** The answer was forgotten, because of somebody or something that it told of. */
  | { readonly state: 'forgotten' }
  | { readonly state: 'answered'; readonly answer: Uint8Array };

/** The request that a key is for. */
export interface ClaimedRequest {
  /** Hash of the caller's name and key; neither can be read from it. */
  readonly id: string;
  /** Hash of the request's content. */
  readonly fingerprint: string;
  /** Random name of the attempt, by which it knows its own claim. */
  readonly owner: string;
}

/** Time in ms for which an answer is kept. */
export const keptAnswerMs = 24 * 60 * 60_000;

/** Time in ms after which a claim counts as abandoned, unless it is renewed. */
export const claimMs = 60_000;

/**
 * Answers to requests with an `Idempotency-Key`, for a day. They are kept as bytes that only somebody with
 * the key can read.
 * @example
 * const { state } = await answers.claim(request);
 * if (state === 'claimed') await answers.finish(request, await sealedAnswer(), [7]);
 */
export interface KeptAnswers {
  /**
   * Claims a key for a request, or returns what is known of it. Of two callers at the same moment only one
   * gets the claim.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  claim(request: ClaimedRequest): Promise<Claim>;
  /**
   * Prolongs a claim. Does nothing if it was lost.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  renew(request: ClaimedRequest): Promise<void>;
  /**
   * Keeps the answer, in place of the claim. Does nothing if the claim was lost.
   * @param entryIds entries that the answer tells of
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  finish(request: ClaimedRequest, answer: Uint8Array, entryIds: readonly number[]): Promise<void>;
  /**
   * Gives the claim up, so that the same key can be sent again. Does nothing if it was lost.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  abandon(request: ClaimedRequest): Promise<void>;
  /**
   * Forgets an answer; its key stays known. Does nothing where there is none.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  forget(request: Pick<ClaimedRequest, 'id'>): Promise<void>;
  /**
   * Deletes all answers that are older than a day, and returns their number.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  removeExpired(): Promise<number>;
}

/** Current time in ms since 1970; tests have clocks of their own. */
export type Clock = () => number;
