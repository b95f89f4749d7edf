import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Endpoint, resourcePath } from '../../lib/contract/endpoint.ts';
import { type Actor, localActor } from '../../lib/service/actor.ts';
import type { AuthorizedActor } from './authorizer.ts';
import { placeReader, type RequestPlace } from './request-place.ts';

/** Facts about a request that the server knows before it makes the event. */
export interface RequestFacts {
  readonly contract: Endpoint;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Actor who sends the request; by default the one actor of a service without tokens. */
  readonly actor?: Actor | AuthorizedActor;
  /** Address of the request; without it, it is read from the request alone. */
  readonly place?: RequestPlace;
}

const readPlace = placeReader({});

/**
 * Makes the event that API Gateway's REST API would send, with `multipart/form-data` as its one binary media
 * type. Such a body is base64, and any other is text. There is one difference: the gateway spoils a text that
 * is not UTF-8. Here it arrives unchanged, in base64, so that the handler can refuse it.
 */
export function toEvent(request: IncomingMessage, body: Buffer, facts: RequestFacts): APIGatewayProxyEvent {
  const place = facts.place ?? readPlace(request);
  const { path, query } = place;
  const headers = multiValues([...pairs(request.rawHeaders).filter(isClients), ...gatewayHeaders(place)]);
  const parameters = multiValues([...new URLSearchParams(query)]);
  const resource = resourcePath(facts.contract.path);
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
    requestContext: requestContext(request, place, resource, facts),
    ...eventBody(request, body),
  };
}

/**
 * Recognizes headers that are the client's. The gateway writes the others itself, and drops what a client
 * sent in them.
 */
function isClients([name]: readonly [string, string]): boolean {
  return !/^(host|forwarded|x-forwarded-.*)$/i.test(name);
}

function gatewayHeaders({ host, scheme, clientAddress }: RequestPlace): [string, string][] {
  const port = /:(\d+)$/.exec(host)?.[1] ?? (scheme === 'https' ? '443' : '80');
  return [
    ['Host', host],
    ['X-Forwarded-For', clientAddress],
    ['X-Forwarded-Port', port],
    ['X-Forwarded-Proto', scheme],
  ];
}

function eventBody(request: IncomingMessage, body: Buffer) {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBinary = /^\s*multipart\/form-data\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  const isBase64Encoded = isBinary || !isUtf8(body);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

function requestContext(
  request: IncomingMessage,
  { path, prefix, host, clientAddress }: RequestPlace,
  resourcePath: string,
  { requestId, actor = localActor }: RequestFacts,
): APIGatewayProxyEvent['requestContext'] {
  const now = new Date();
  return {
    accountId: '000000000000',
    apiId: 'local',
    // As Cognito's authorizer has it, or one of one's own would.
    authorizer: 'claims' in actor ? { claims: actor.claims } : { principalId: actor.name, role: actor.role },
    httpMethod: request.method ?? '',
    domainName: host.replace(/:\d+$/, ''),
    identity: {
      ...noIdentity,
      sourceIp: clientAddress,
      userAgent: request.headers['user-agent'] ?? null,
    },
    // A proxy's prefix takes the place of the gateway's stage.
    path: `${prefix}${path}`,
    protocol: `HTTP/${request.httpVersion}`,
    requestId,
    requestTime: now.toISOString(),
    requestTimeEpoch: now.getTime(),
    resourceId: 'local',
    resourcePath,
    stage: 'local',
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

/** Pairs up Node's raw headers `[name, value, name, value]`. */
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

/**
 * Writes the status and the headers of a handler's answer. Returns the bytes of its body.
 * @param options `isStreamed` is true for a body whose length nobody knows yet
 */
export function writeHead(
  response: ServerResponse,
  result: APIGatewayProxyResult,
  { isStreamed = false } = {},
): Buffer {
  const body = Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8');
  for (const [name, value] of Object.entries({ ...result.headers, ...result.multiValueHeaders })) {
    response.setHeader(name, Array.isArray(value) ? value.map(String) : String(value));
  }
  if (result.statusCode !== 204 && !isStreamed) response.setHeader('Content-Length', body.length);
  response.writeHead(result.statusCode);
  return body;
}
