import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type * as z from 'zod';
import { accesses } from '#audit';
import { type AuditScope, factsOf, inAuditScope, noteThreshold } from '../audit/scope.ts';
import {
  type Endpoint,
  type JsonBody,
  type MultipartBody,
  operationsOf,
  resourcePath,
} from '../contract/endpoint.ts';
import { type Deadline, requestDeadline } from '../deadline.ts';
import { InputTooLargeError } from '../errors.ts';
import { loadConfig } from '../load-config.ts';
import { logFailure, logRequest } from '../log.ts';
import { type Actor, actorOf, requireRole } from '../service/actor.ts';
import { readBody } from './body.ts';
import { commonHeaders, corsHeaders, requestHeader } from './headers.ts';
import type { FormReader, UploadedFile } from './multipart.ts';
import { isPayloadLimited, lambdaPayloadBytes, payloadBytes } from './payload.ts';
import { problem } from './problem.ts';
import { streamBody } from './streamed-answer.ts';
import { repeatedFieldWarnings, unknownFieldWarnings } from './unknown-fields.ts';
import { parameterNames, parameterWarnings, refuseUnknown } from './unknown-input.ts';
import { validate } from './validation.ts';

/** A handler for API Gateway REST (v1) proxy events. It never throws. */
export type Handler = (event: APIGatewayProxyEvent, context?: Context) => Promise<APIGatewayProxyResult>;

/** A handler that carries the contract it fulfils. */
export interface EndpointHandler<Contract extends Endpoint = Endpoint> extends Handler {
  readonly contract: Contract;
}

/** Attaches a contract to a hand-written handler. */
export function withContract<Contract extends Endpoint>(
  contract: Contract,
  handler: Handler,
): EndpointHandler<Contract> {
  return Object.assign<Handler, { contract: Contract }>((event, context) => handler(event, context), {
    contract,
  });
}

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<string, never>;
type BodyOf<RequestBody> =
  RequestBody extends JsonBody<infer Schema>
    ? z.output<Schema>
    : RequestBody extends MultipartBody<infer Fields>
      ? z.output<Fields>
      : undefined;

interface Input<Params, Query, RequestBody> {
  readonly params: OutputOf<Params>;
  readonly query: OutputOf<Query>;
  readonly body: BodyOf<RequestBody>;
  /** Files of a multipart body; empty for other bodies. */
  readonly files: readonly UploadedFile[];
  /** Lines for an answer's `warnings`, on fields that the contract does not know. */
  readonly fieldWarnings: readonly string[];
}

/** A request's input, checked, and in the contract's types. */
export type EndpointInput<Contract extends Endpoint> =
  Contract extends Endpoint<infer Params, infer Query, infer RequestBody>
    ? Input<Params, Query, RequestBody>
    : never;

/** The request itself, for facts that no contract contains. */
export interface EndpointRequest {
  readonly requestId: string;
  readonly event: APIGatewayProxyEvent;
  /** Whoever asks. */
  readonly actor: Actor;
  /** Time by which the answer must be there; the host may have no limit, and then it is never. */
  readonly deadline: Deadline;
  /** Adds to the request's line in the log, and the threshold to that in the audit trail. */
  note(facts: { faces?: number; matches?: number; threshold?: number }): void;
}

/** An answer other than the contract's JSON. */
export class EndpointResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64: boolean;
  /** Body that is sent as it is made, only to hosts that can; `body` is empty then. */
  readonly stream: ReadableStream<Uint8Array> | undefined;
  constructor(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: string,
    isBase64: boolean,
    stream?: ReadableStream<Uint8Array>,
  ) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.isBase64 = isBase64;
    this.stream = stream;
  }
}

/** Makes an answer with its own status, headers and body. */
export function response({
  status,
  headers = {},
  body = '',
  isBase64 = false,
  stream,
}: {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  isBase64?: boolean;
  stream?: ReadableStream<Uint8Array>;
}): EndpointResponse {
  return new EndpointResponse(status, headers, body, isBase64, stream);
}

/** The contract's JSON with headers of its own. */
export class AnswerWithHeaders<Answer> {
  readonly answer: Answer;
  readonly headers: Readonly<Record<string, string>>;
  constructor(answer: Answer, headers: Readonly<Record<string, string>>) {
    this.answer = answer;
    this.headers = headers;
  }
}

/** Adds headers to the contract's JSON. */
export function withHeaders<Answer>(
  answer: Answer,
  headers: Readonly<Record<string, string>>,
): AnswerWithHeaders<Answer> {
  return new AnswerWithHeaders(answer, headers);
}

type AnswerOf<Contract extends Endpoint> = z.output<Contract['success']['schema']>;
type Run<Contract extends Endpoint> = (
  input: EndpointInput<Contract>,
  request: EndpointRequest,
) => Promise<AnswerOf<Contract> | AnswerWithHeaders<AnswerOf<Contract>> | EndpointResponse>;

/** Arguments by which only endpoints with forms get `readMultipart`, so that others need not bundle it. */
type FormReaderFor<Contract extends Endpoint> =
  Contract extends Endpoint<infer _Params, infer _Query, infer RequestBody>
    ? [RequestBody] extends [MultipartBody]
      ? [readForm: FormReader]
      : []
    : [];

/**
 * Makes a handler from a contract and a use case. The handler reads and checks the request and runs `run`. It
 * answers with the result, or with the problem that an error stands for, and logs one line.
 */
export function endpoint<Contract extends Endpoint>(
  contract: Contract,
  run: Run<Contract>,
  ...[readForm]: FormReaderFor<Contract>
): EndpointHandler<Contract> {
  const operations = operationsOf(contract);
  return withContract(contract, async (event, context) => {
    const operation = operations.find(({ path }) => resourcePath(path) === event.resource) ?? contract;
    const started = performance.now();
    const { requestId } = event.requestContext;
    const actor = actorOf(event, loadConfig());
    const scope = scopeOf(actor, operation, event);
    const counts: { faces?: number; matches?: number } = {};
    const request: EndpointRequest = {
      requestId,
      event,
      actor,
      deadline: requestDeadline(event, context),
      note({ threshold, ...more }) {
        Object.assign(counts, more);
        if (threshold !== undefined) noteThreshold(threshold);
      },
    };
    let fieldWarnings: readonly string[] = [];
    const answer = await answeredInScope(scope, operation, requestId, async () => {
      requireRole(actor, operation);
      const input = await readInput(operation, event, readForm);
      fieldWarnings = input.fieldWarnings;
      const answer = successOf(contract, await run(input as EndpointInput<Contract>, request));
      refuseLargeAnswer(proxyResult(answer, event));
      return answer;
    });
    logRequest({
      id: requestId,
      contract: operation,
      method: event.httpMethod,
      status: answer.status,
      started,
      ...counts,
    });
    const warnings = [...parameterWarnings(operation, event), ...fieldWarnings];
    const result = proxyResult(answer, event, warningHeader(warnings));
    if (answer.stream) streamBody(result, answer.stream);
    return result;
  });
}

/** Does the work on behalf of the scope's actor, and leaves its audit line; a failure becomes an answer. */
function answeredInScope(
  scope: AuditScope,
  operation: Endpoint,
  requestId: string,
  work: () => Promise<EndpointResponse>,
): Promise<EndpointResponse> {
  return inAuditScope(scope, async () => {
    try {
      const answer = await work();
      await recordAccess(scope, operation, answer.status);
      return answer;
    } catch (error) {
      const answer = failed(error, requestId);
      await recordAccess(scope, operation, answer.status).catch((error: unknown) =>
        logFailure(requestId, error),
      );
      return answer;
    }
  });
}

function successOf({ success }: Endpoint, result: unknown): EndpointResponse {
  if (result instanceof EndpointResponse) return result;
  return result instanceof AnswerWithHeaders
    ? json(success.status, result.answer, result.headers)
    : json(success.status, result);
}

function scopeOf(
  { name, role }: Actor,
  { operationId, success }: Endpoint,
  event: APIGatewayProxyEvent,
): AuditScope {
  const { id, db_id, image_id } = decoded(event.pathParameters);
  return {
    actor: name,
    role,
    action: operationId,
    requestId: event.requestContext.requestId,
    outcome: success.status,
    threshold: null,
    detail: null,
    about: {
      entryId: wholeNumber(id ?? event.queryStringParameters?.entry_id),
      // Clients choose it: only what may be an id is kept.
      imageId: image_id !== undefined && /^[\da-f-]{36}$/.test(image_id) ? image_id : null,
      pictureId: wholeNumber(db_id),
    },
    written: 0,
  };
}

/**
 * Writes the audit trail's line of a request that has changed nothing, or has failed. A change that went well
 * has written its own line, in its own transaction.
 */
async function recordAccess(scope: AuditScope, { unaudited }: Endpoint, status: number): Promise<void> {
  if (unaudited || (status < 400 && scope.written > 0)) return;
  await accesses.record(factsOf({ ...scope, outcome: status }, {}));
}

function wholeNumber(text: string | undefined): number | null {
  const number = /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
  return number > 0 ? number : null;
}

/**
 * Reads the parts of a request that the contract names.
 * @throws RequestInvalidError, InputUnreadableError
 */
async function readInput(
  contract: Endpoint,
  event: APIGatewayProxyEvent,
  readForm: FormReader | undefined,
): Promise<EndpointInput<Endpoint>> {
  const params = contract.params && validate(contract.params, decoded(event.pathParameters), 'path');
  const given = Object.fromEntries(
    parameterNames(event).map((name) => [name, event.queryStringParameters?.[name]]),
  );
  const query = contract.query && validate(contract.query, given, 'query');
  const { names, ...read } = await readBody(contract, event, readForm);
  refuseUnknown(contract, event, names);
  const fieldWarnings = names
    ? [
        ...repeatedFieldWarnings(names.given, names.single ?? []),
        ...unknownFieldWarnings(names.given, names.known),
      ]
    : [];
  return { params: params ?? {}, query: query ?? {}, ...read, fieldWarnings } as EndpointInput<Endpoint>;
}

/** Decodes path parameters, because API Gateway's REST APIs leave them percent-encoded. */
function decoded(parameters: APIGatewayProxyEvent['pathParameters']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(parameters ?? {}).map(([name, value]) => [name, value && decodedText(value)]),
  );
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EndpointResponse {
  return new EndpointResponse(
    status,
    { ...headers, 'Content-Type': 'application/json' },
    JSON.stringify(body),
    false,
  );
}

function failed(error: unknown, requestId: string): EndpointResponse {
  const { status, headers, body } = problem(error, requestId);
  if (status === 429 || status >= 500) logFailure(requestId, error);
  return json(status, body, headers);
}

/**
 * Refuses an answer that Lambda would not pass on; the client would get a bare 502 for it.
 * @throws InputTooLargeError
 */
function refuseLargeAnswer(result: APIGatewayProxyResult): void {
  if (!isPayloadLimited() || payloadBytes(result) <= lambdaPayloadBytes) return;
  throw new InputTooLargeError(
    `The answer would have more than ${lambdaPayloadBytes} bytes, which is all that Lambda passes on: ask for less at once.`,
  );
}

/** Makes the header of warnings: not every answer has room for one. */
function warningHeader(warnings: readonly string[]): Record<string, string> {
  if (warnings.length === 0) return {};
  return { 'X-Warnings': warnings.join(' ').replaceAll(/[^\x20-\x7e]/g, '?') };
}

function proxyResult(
  answer: EndpointResponse,
  event: APIGatewayProxyEvent,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult {
  return {
    statusCode: answer.status,
    headers: {
      ...commonHeaders(event.requestContext.requestId),
      ...corsHeaders(requestHeader(event, 'origin'), loadConfig().corsOrigins),
      ...headers,
      ...answer.headers,
    },
    body: answer.body,
    isBase64Encoded: answer.isBase64,
  };
}
