import { SimultaneousWorkError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { problem } from './problem.ts';

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

/** Makes an answer of JSON. */
export function json(
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

/** Makes the answer that an error stands for. It logs what is no fault of the client. */
export function failed(error: unknown, requestId: string): EndpointResponse {
  const { status, headers, body } = problem(error, requestId);
  const isFailure = (status === 429 || status >= 500) && !(error instanceof SimultaneousWorkError);
  if (isFailure) logFailure(requestId, error);
  return json(status, body, headers);
}
