import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { exposedHeaders } from '../lib/http/headers.ts';
import type { StackSettings } from './settings.ts';

/** An answer that the gateway gives by itself, in the contract's form: `{"detail": "…"}`. */
interface GatewayProblem {
  readonly type: ResponseType;
  readonly status?: number;
  /** Text of the answer; without one, the gateway uses its own words. */
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}

const problems: readonly GatewayProblem[] = [
  { type: ResponseType.DEFAULT_4XX },
  { type: ResponseType.DEFAULT_5XX, detail: 'Internal Server Error' },
  { type: ResponseType.THROTTLED, status: 429, detail: 'Too many requests.', retryAfterSeconds: 1 },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    detail: 'The quota is used up.',
    retryAfterSeconds: 3600,
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 503,
    detail: 'The request took too long.',
    retryAfterSeconds: 5,
  },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, detail: 'The request is too large.' },
  { type: ResponseType.UNAUTHORIZED, status: 401, detail: 'Not authenticated' },
];

export function addProblemResponses(api: RestApi, { auth, corsOrigins }: StackSettings): void {
  for (const { type, status, detail, retryAfterSeconds } of [...problems, unknownRoute(auth)]) {
    const words = detail === undefined ? '$context.error.messageString' : JSON.stringify(detail);
    api.addGatewayResponse(pascalCase(type.responseType), {
      type,
      ...(status !== undefined && { statusCode: String(status) }),
      templates: { 'application/json': `{"detail":${words}}` },
      responseHeaders: {
        ...problemHeaders(corsOrigins),
        ...(retryAfterSeconds !== undefined && { 'Retry-After': `'${retryAfterSeconds}'` }),
      },
    });
  }
}

/** Makes the headers of every answer that the gateway gives by itself. */
export function problemHeaders(corsOrigins: readonly string[]): Record<string, string> {
  return { ...readableBy(corsOrigins), 'Cache-Control': "'no-store'" };
}

/**
 * Makes the headers by which pages of other origins can read the answer. The gateway can't choose from a
 * list, so of several origins it names the caller's own: these answers tell nobody's data.
 */
function readableBy(corsOrigins: readonly string[]): Record<string, string> {
  const [origin, ...others] = corsOrigins;
  if (origin === undefined) return {};
  return {
    'Access-Control-Allow-Origin': others.length === 0 ? `'${origin}'` : 'method.request.header.Origin',
    'Access-Control-Expose-Headers': `'${exposedHeaders.join(', ')}'`,
    Vary: "'Origin'",
  };
}

/**
 * Gives the answer to an unknown path. With IAM, the gateway does not tell such a request from an unsigned
 * one.
 */
function unknownRoute(auth: StackSettings['auth']): GatewayProblem {
  const type = ResponseType.MISSING_AUTHENTICATION_TOKEN;
  return auth === 'iam'
    ? { type, status: 403, detail: 'Not authenticated, or there is no such route.' }
    : { type, status: 404, detail: 'Not Found' };
}

/** Turns `DEFAULT_4XX` into `Default4xx`. */
function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`)
    .join('');
}
