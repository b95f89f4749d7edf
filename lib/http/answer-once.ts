import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { answerOnce, type RepeatableWork } from '../answers/answer-once.ts';
import type { KeptAnswers } from '../answers/port.ts';
import { noteReplay, type ReplayedTarget } from '../audit/scope.ts';
import { maxKeyLength } from '../contract/idempotency-key.ts';
import { RequestInvalidError } from '../errors.ts';
import { decodedPicture } from '../inputs/decoded-pictures.ts';
import type { EndpointRequest } from './endpoint.ts';
import { requestHeader } from './headers.ts';
import type { UploadedFile } from './multipart.ts';
import { type AnswerWithHeaders, withHeaders } from './response.ts';

/** The parts of an input by which a repeated request is recognized. */
interface RepeatableInput {
  readonly params: unknown;
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
}

/** Work on a request; `ids` is absent if it has no key. */
type Work<Result> = {
  work(ids?: Parameters<RepeatableWork<Result>['work']>[0]): Promise<Result>;
  /** Returns what the first request made, for the audit trail's line of a later one. */
  madeBy?(result: Result): ReplayedTarget;
  /** Leaves what the caller may see of an earlier answer; all of it without this. */
  told?(result: Result): Result;
} & Pick<RepeatableWork<Result>, 'entryIdsOf' | 'mayBeRepeated'>;

/**
 * Does the work of a request. With an `Idempotency-Key`, it does it once, and answers repeated requests as
 * the first one.
 * @param open opens the kept answers
 * @throws RequestInvalidError, RequestInProgressError, AnswerForgottenError, and the errors of the work
 */
export async function answeredOnce<Result>(
  open: () => Promise<KeptAnswers>,
  operationId: string,
  { params, body, files }: RepeatableInput,
  { event, actor, deadline }: Pick<EndpointRequest, 'event' | 'actor' | 'deadline'>,
  work: Work<Result>,
): Promise<Result | AnswerWithHeaders<Result>> {
  const key = idempotencyKey(event);
  if (key === undefined) return work.work();
  const sent = files.flatMap(({ fileName, bytes }) => [fileName, bytes]);
  const content = [operationId, JSON.stringify(params), JSON.stringify(body, withoutStandIns), ...sent];
  const request = { caller: actor.name, key, content, deadline };
  const { result, isRepeated } = await answerOnce(await open(), request, work);
  if (!isRepeated) return result;
  noteReplay(work.madeBy?.(result) ?? {});
  return withHeaders(work.told?.(result) ?? result, { 'Idempotent-Replayed': 'true' });
}

/**
 * Replaces the text that stands for a large picture by the picture's hash: the text is another one in each
 * request.
 */
function withoutStandIns(_name: string, value: unknown): unknown {
  const picture = typeof value === 'string' ? decodedPicture(value) : undefined;
  if (picture === undefined) return value;
  if (picture instanceof Uint8Array) return createHash('sha256').update(picture).digest('hex');
  return picture.message;
}

/**
 * Reads the key of a request; `undefined` if it has none.
 * @throws RequestInvalidError
 */
function idempotencyKey(event: APIGatewayProxyEvent): string | undefined {
  const key = requestHeader(event, 'idempotency-key')?.trim();
  if (key === undefined) return undefined;
  if (key.length <= maxKeyLength && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new RequestInvalidError([
    {
      loc: ['header', 'Idempotency-Key'],
      msg: `A key should have 1 to ${maxKeyLength} visible ASCII characters, without spaces`,
      type: 'value_error',
    },
  ]);
}
