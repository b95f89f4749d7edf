import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { StackSettings } from './settings.ts';

/** What the gateway answers by itself, in the contract's form: `{"detail": "…"}`. */
interface GatewayProblem {
  readonly type: ResponseType;
  readonly status?: number;
  /** The gateway's own words without one. */
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
  const [origin, ...others] = corsOrigins;
  const cors = origin !== undefined &&
    others.length === 0 && { 'Access-Control-Allow-Origin': `'${origin}'` };
  for (const { type, status, detail, retryAfterSeconds } of [...problems, unknownRoute(auth)]) {
    const words = detail === undefined ? '$context.error.messageString' : JSON.stringify(detail);
    api.addGatewayResponse(pascalCase(type.responseType), {
      type,
      ...(status !== undefined && { statusCode: String(status) }),
      templates: { 'application/json': `{"detail":${words}}` },
      responseHeaders: {
        // The gateway has fixed words for this header only: with several origins none can be named.
        ...cors,
        'Cache-Control': "'no-store'",
        ...(retryAfterSeconds !== undefined && { 'Retry-After': `'${retryAfterSeconds}'` }),
      },
    });
  }
}

/** With IAM, the gateway has one answer for what it does not know and for a request that is not signed. */
function unknownRoute(auth: StackSettings['auth']): GatewayProblem {
  const type = ResponseType.MISSING_AUTHENTICATION_TOKEN;
  return auth === 'iam'
    ? { type, status: 403, detail: 'Not authenticated, or there is no such route.' }
    : { type, status: 404, detail: 'Not Found' };
}

/** `DEFAULT_4XX` as `Default4xx`. */
function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`)
    .join('');
}
