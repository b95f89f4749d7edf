import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type * as z from 'zod';
import { loadConfig } from '../config.ts';
import type { Endpoint, JsonBody, MultipartBody } from '../contract/endpoint.ts';
import { InputTooLargeError } from '../errors.ts';
import { logFailure, logRequest } from '../log.ts';
import { readBody } from './body.ts';
import { commonHeaders, corsHeaders, requestHeader } from './headers.ts';
import type { FormReader, UploadedFile } from './multipart.ts';
import { lambdaPayloadBytes, payloadBytes } from './payload.ts';
import { problem } from './problem.ts';
import { validate } from './validation.ts';

/** An API Gateway REST (v1) proxy handler. It never throws. */
export type Handler = (event: APIGatewayProxyEvent, context?: Context) => Promise<APIGatewayProxyResult>;

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
  /** Of a multipart body; empty otherwise. */
  readonly files: readonly UploadedFile[];
}

/** A request as the contract has it: checked, and in the contract's types. */
export type EndpointInput<Contract extends Endpoint> =
  Contract extends Endpoint<infer Params, infer Query, infer RequestBody>
    ? Input<Params, Query, RequestBody>
    : never;

/** The request itself, for what the contract does not tell. */
export interface EndpointRequest {
  readonly requestId: string;
  readonly event: APIGatewayProxyEvent;
  /** How long the request may still take, in milliseconds; no limit where the host has none. */
  remainingMs(): number;
  /** Adds to the request's line in the log. */
  note(counts: { faces?: number; matches?: number }): void;
}

/** An answer that is not the contract's JSON. */
export class EndpointResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64: boolean;
  constructor(status: number, headers: Readonly<Record<string, string>>, body: string, isBase64: boolean) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.isBase64 = isBase64;
  }
}

/** An answer with a status, headers and a body of its own. */
export function response({
  status,
  headers = {},
  body = '',
  isBase64 = false,
}: {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  isBase64?: boolean;
}): EndpointResponse {
  return new EndpointResponse(status, headers, body, isBase64);
}

type Run<Contract extends Endpoint> = (
  input: EndpointInput<Contract>,
  request: EndpointRequest,
) => Promise<z.output<Contract['success']['schema']> | EndpointResponse>;

/** An endpoint that takes forms is made with `readMultipart`: others need not carry it. */
type FormReaderFor<Contract extends Endpoint> =
  Contract extends Endpoint<infer _Params, infer _Query, infer RequestBody>
    ? [RequestBody] extends [MultipartBody]
      ? [readForm: FormReader]
      : []
    : [];

/**
 * Makes a handler from a contract and what is to be done: it reads and checks the request, answers what `run` returns, or
 * the problem of what `run` throws, and logs one line.
 */
export function endpoint<Contract extends Endpoint>(
  contract: Contract,
  run: Run<Contract>,
  ...[readForm]: FormReaderFor<Contract>
): Handler {
  return async (event, context) => {
    const started = performance.now();
    const { requestId } = event.requestContext;
    const counts: { faces?: number; matches?: number } = {};
    const request: EndpointRequest = {
      requestId,
      event,
      remainingMs: () => context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY,
      note: (more) => Object.assign(counts, more),
    };
    let answer: EndpointResponse;
    try {
      const result = await run(await readInput(contract, event, readForm), request);
      answer = result instanceof EndpointResponse ? result : json(contract.success.status, result);
      refuseLargeAnswer(proxyResult(answer, event));
    } catch (error) {
      answer = failed(error, requestId);
    }
    logRequest({
      id: requestId,
      contract,
      method: contract.method,
      status: answer.status,
      started,
      ...counts,
    });
    return proxyResult(answer, event);
  };
}

/** @throws RequestInvalidError, InputUnreadableError */
async function readInput<Contract extends Endpoint>(
  contract: Contract,
  event: APIGatewayProxyEvent,
  readForm: FormReader | undefined,
): Promise<EndpointInput<Contract>> {
  const params = contract.params && validate(contract.params, decoded(event.pathParameters), 'path');
  const query = contract.query && validate(contract.query, event.queryStringParameters ?? {}, 'query');
  const { body, files } = await readBody(contract.body, event, readForm);
  return { params: params ?? {}, query: query ?? {}, body, files } as EndpointInput<Contract>;
}

/** API Gateway's REST APIs leave path parameters percent-encoded. */
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
 * What Lambda would not hand over would be a bare 502.
 * @throws InputTooLargeError
 */
function refuseLargeAnswer(result: APIGatewayProxyResult): void {
  const isLimited = process.env.AWS_LAMBDA_FUNCTION_NAME || loadConfig().emulateGatewayLimits;
  if (!isLimited || payloadBytes(result) <= lambdaPayloadBytes) return;
  throw new InputTooLargeError(
    `The answer would have more than ${lambdaPayloadBytes} bytes, which is all that Lambda passes on: ask for less at once.`,
  );
}

function proxyResult(answer: EndpointResponse, event: APIGatewayProxyEvent): APIGatewayProxyResult {
  return {
    statusCode: answer.status,
    headers: {
      ...commonHeaders(event.requestContext.requestId),
      ...corsHeaders(requestHeader(event, 'origin'), loadConfig().corsOrigins),
      ...answer.headers,
    },
    body: answer.body,
    isBase64Encoded: answer.isBase64,
  };
}
