import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Endpoint } from '../../lib/contract/endpoint.ts';

/** What the server found out about a request before it makes the event. */
export interface RequestFacts {
  readonly contract: Endpoint;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
}

/** The request's path and its query, both as they were sent. */
export function splitTarget(request: IncomingMessage): { path: string; query: string } {
  const [path = '', ...query] = (request.url ?? '').split('?');
  return { path, query: query.join('?') };
}

/**
 * The event that API Gateway's REST API would send for the request, with `multipart/form-data` for its one binary media type: such a
 * body is base64, any other is text. One difference: the gateway spoils a text that is not UTF-8, here it arrives as it
 * is, in base64, so that the handler can refuse it.
 */
export function toEvent(request: IncomingMessage, body: Buffer, facts: RequestFacts): APIGatewayProxyEvent {
  const { path, query } = splitTarget(request);
  const headers = multiValues(pairs(request.rawHeaders));
  const parameters = multiValues([...new URLSearchParams(query)]);
  const resource = facts.contract.path.replace(/(?<=.)\/$/, '');
  return {
    resource,
    path,
    httpMethod: request.method ?? '',
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastValues(parameters)),
    multiValueQueryStringParameters: orNull(parameters),
    pathParameters: orNull({ ...facts.pathParameters }),
    stageVariables: null,
    requestContext: requestContext(request, path, resource, facts.requestId),
    ...eventBody(request, body),
  };
}

function eventBody(request: IncomingMessage, body: Buffer) {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBinary = /^\s*multipart\/form-data\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  const isBase64Encoded = isBinary || !isUtf8(body);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

function requestContext(
  request: IncomingMessage,
  path: string,
  resourcePath: string,
  requestId: string,
): APIGatewayProxyEvent['requestContext'] {
  const now = new Date();
  return {
    accountId: '000000000000',
    apiId: 'local',
    authorizer: null,
    httpMethod: request.method ?? '',
    identity: { ...noIdentity, ...whoAsks(request) },
    path,
    protocol: `HTTP/${request.httpVersion}`,
    requestId,
    requestTime: now.toISOString(),
    requestTimeEpoch: now.getTime(),
    resourceId: 'local',
    resourcePath,
    stage: 'local',
  };
}

function whoAsks(request: IncomingMessage) {
  return {
    sourceIp: request.socket.remoteAddress ?? '',
    userAgent: request.headers['user-agent'] ?? null,
  };
}

const noIdentity = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

/** `[name, value, name, value]`, as Node has raw headers, in pairs. */
function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? '',
    flat[2 * index + 1] ?? '',
  ]);
}

function multiValues(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  const byName = Map.groupBy(entries, ([name]) => name);
  return Object.fromEntries([...byName].map(([name, all]) => [name, all.map(([, value]) => value)]));
}

function lastValues(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function orNull<Values extends object>(values: Values): Values | null {
  return Object.keys(values).length === 0 ? null : values;
}

/** Writes the status and the headers of a handler's answer; returns the bytes of its body. */
export function writeHead(response: ServerResponse, result: APIGatewayProxyResult): Buffer {
  const body = Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8');
  for (const [name, value] of Object.entries({ ...result.headers, ...result.multiValueHeaders })) {
    response.setHeader(name, Array.isArray(value) ? value.map(String) : String(value));
  }
  if (result.statusCode !== 204) response.setHeader('Content-Length', body.length);
  response.writeHead(result.statusCode);
  return body;
}
