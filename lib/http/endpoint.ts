import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type * as z from 'zod';
import { noteThreshold } from '../audit/scope.ts';
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
import { logRequest } from '../log.ts';
import { type Actor, actorOf, requireRole } from '../service/actor.ts';
import { answeredInScope, scopeOf } from './audited-answer.ts';
import { readBody } from './body.ts';
import { commonHeaders, corsHeaders, requestHeader } from './headers.ts';
import type { FormReader, UploadedFile } from './multipart.ts';
import { decoded } from './path-parameters.ts';
import { isPayloadLimited, lambdaPayloadBytes, payloadBytes } from './payload.ts';
import { AnswerWithHeaders, EndpointResponse, json } from './response.ts';
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

function successOf({ success }: Endpoint, result: unknown): EndpointResponse {
  if (result instanceof EndpointResponse) return result;
  return result instanceof AnswerWithHeaders
    ? json(success.status, result.answer, result.headers)
    : json(success.status, result);
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
