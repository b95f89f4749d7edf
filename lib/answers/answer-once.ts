import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../deadline.ts';
import { AnswerForgottenError, RequestInProgressError, RequestInvalidError } from '../errors.ts';
import { log } from '../log.ts';
import { uuidOfHash } from '../uuid.ts';
import { type ClaimedRequest, claimMs, type KeptAnswers } from './port.ts';
import { type RequestSecrets, seal, secretsOf, unseal } from './sealed.ts';

/** Longest wait in ms for another request with the same key, and the time that is kept back of a deadline. */
const maxWaitMs = 20_000;
const reserveMs = 3_000;
const firstPauseMs = 100;
const maxPauseMs = 1_000;
const renewEveryMs = claimMs / 3;
const retryAfterSeconds = 5;

/** A request that may be sent again, by the same caller with the same key. */
export interface RepeatableRequest {
  readonly caller: string;
  /** Key that the caller chose. */
  readonly key: string;
  /** Content by which the request is recognized; texts and bytes. */
  readonly content: readonly (string | Uint8Array)[];
  readonly deadline: Deadline;
}

/** Ids of what a repeatable request makes: the same each time that it is worked on. */
export type RepeatedIds = (place: number) => string;

/** Work on a request, and the entries that its result tells of. */
export interface RepeatableWork<Result> {
  work(ids: RepeatedIds): Promise<Result>;
  entryIdsOf(result: Result): readonly number[];
  /**
   * Tells if a kept result may still be told: its records are there, and so are the people whom it names. It
   * may always without this.
   */
  mayBeRepeated?(result: Result, ids: RepeatedIds): Promise<boolean>;
}

/**
 * Does the work of a request once, and returns the first result for a day to whoever sends it again. A
 * request that comes while the first is worked on waits for its result. Work that fails may be done again.
 * @returns the result, which can be written as JSON, and true if it is that of an earlier request
 * @throws RequestInvalidError when the key was sent with another content
 * @throws RequestInProgressError when the first request takes too long
 * @throws AnswerForgottenError when the first result told of somebody or something that is gone since
 * @throws the errors of the work
 */
export async function answerOnce<Result>(
  answers: KeptAnswers,
  { caller, key, content, deadline }: RepeatableRequest,
  { work, entryIdsOf, mayBeRepeated }: RepeatableWork<Result>,
): Promise<{ readonly result: Result; readonly isRepeated: boolean }> {
  const secrets = secretsOf(caller, key);
  const request = { id: secrets.id, fingerprint: fingerprintOf(content), owner: randomUUID() };
  const known = await claimed(answers, request, deadline);
  if (known) {
    const result: Result = JSON.parse(await unseal(secrets.sealKey, known));
    if (mayBeRepeated && !(await mayBeRepeated(result, idsOf(secrets)))) {
      await answers.forget(request);
      throw new AnswerForgottenError();
    }
    return { result, isRepeated: true };
  }
  const renewing = setInterval(() => {
    answers
      .renew(request)
      .catch((error: unknown) => log().warn({ err: error }, 'answers: a claim was not renewed'));
  }, renewEveryMs).unref();
  try {
    const result = await work(idsOf(secrets));
    await keep(answers, request, secrets, result, entryIdsOf(result));
    return { result, isRepeated: false };
  } catch (error) {
    await answers.abandon(request).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/**
 * Claims the request. Returns the kept answer instead, if there is one.
 * @throws RequestInvalidError, RequestInProgressError, AnswerForgottenError
 */
async function claimed(
  answers: KeptAnswers,
  request: ClaimedRequest,
  deadline: Deadline,
): Promise<Uint8Array | undefined> {
  const end = performance.now() + Math.min(maxWaitMs, deadline.remainingMs() - reserveMs);
  for (let pause = firstPauseMs; ; pause = Math.min(maxPauseMs, 2 * pause)) {
    const claim = await answers.claim(request);
    switch (claim.state) {
      case 'claimed':
        return undefined;
      case 'answered':
        return claim.answer;
      case 'forgotten':
        throw new AnswerForgottenError();
      case 'different':
        throw new RequestInvalidError([
          {
            loc: ['header', 'Idempotency-Key'],
            msg: 'This key was sent with another request in the last 24 hours: choose a new one for each request',
            type: 'value_error',
          },
        ]);
      case 'running':
        if (performance.now() + pause >= end) throw new RequestInProgressError(retryAfterSeconds);
        await sleep(pause);
    }
  }
}

/** Keeps a result. If that fails, the work is done all the same, and its result is not lost for it. */
async function keep(
  answers: KeptAnswers,
  request: ClaimedRequest,
  { sealKey }: RequestSecrets,
  result: unknown,
  entryIds: readonly number[],
): Promise<void> {
  try {
    await answers.finish(request, await seal(sealKey, JSON.stringify(result)), entryIds);
  } catch (error) {
    log().warn({ err: error }, 'answers: an answer could not be kept for repeated requests');
  }
}

function fingerprintOf(content: RepeatableRequest['content']): string {
  const hash = createHash('sha256');
  for (const part of content) {
    // The length tells where a part ends.
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest('hex');
}

function idsOf({ seed }: RequestSecrets): RepeatedIds {
  return (place) => uuidOfHash(createHash('sha256').update(seed).update(String(place)).digest());
}
