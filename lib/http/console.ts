import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import * as z from 'zod';
import type { AwsConfig } from '../config.ts';
import { defineEndpoint } from '../contract/endpoint.ts';
import { RouteNotFoundError } from '../errors.ts';
import { type EndpointHandler, endpoint } from './endpoint.ts';
import { type EndpointResponse, response } from './response.ts';

/** Serves the console at `/console/`. Its built files hold no data, so nobody needs a token for them. */

const notBuilt = 'The console is not built yet. This builds it: npm run console\n';

const shared = {
  method: 'GET',
  tags: ['Service'],
  role: 'check',
  unaudited: true,
  public: true,
  success: {
    status: 200,
    description: 'The file.',
    contentType: 'text/html',
    schema: z.string(),
    example: '<!doctype html>',
  },
  errors: ['route_not_found'],
} as const;

const consolePage = defineEndpoint({
  ...shared,
  operationId: 'consolePage',
  path: '/console/',
  summary: 'Show the web console',
});

const params = z.object({ file: z.string() });

const consoleFile = defineEndpoint({
  ...shared,
  operationId: 'consoleFile',
  path: '/console/{file}',
  summary: 'A file of the web console',
  params,
});

const consoleAsset = defineEndpoint({
  ...shared,
  operationId: 'consoleAsset',
  path: '/console/assets/{file}',
  summary: 'A script or a style sheet of the web console',
  params,
});

/** Files are sent as texts: API Gateway sends bytes only to clients that ask for their type first. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** A user pool of Cognito's whose tokens the gateway takes. */
export interface SignIn {
  /** Origin of the pool's sign-in pages. */
  readonly url: string;
  readonly client_id: string;
}

export interface ConsoleOptions {
  /** Folder of the built console. */
  readonly folder: string;
  /** Bucket of the AWS mode, from which the pages fetch pictures, and to which they send large ones. */
  readonly aws: AwsConfig | undefined;
  readonly signIn?: SignIn | undefined;
}

/** Reads where people sign in, which the stack tells its function; undefined where they give tokens. */
export function signInOf({
  CONSOLE_SIGN_IN_URL: url,
  CONSOLE_CLIENT_ID: client_id,
}: NodeJS.ProcessEnv): SignIn | undefined {
  return url && client_id ? { url, client_id } : undefined;
}

/** Returns true if the console's files are there. */
export function isConsoleBuilt(folder: string): boolean {
  return existsSync(join(folder, 'index.html'));
}

/** Routes of the console. That of files also takes an asset's path, where a gateway gives it whole. */
export interface ConsoleHandlers {
  readonly page: EndpointHandler;
  readonly file: EndpointHandler;
  readonly asset: EndpointHandler;
}

/** Makes the console's handlers. It reads the files once, so no request reaches the disk. */
export function consoleHandlers(options: ConsoleOptions): ConsoleHandlers {
  const isBuilt = isConsoleBuilt(options.folder);
  const files = isBuilt ? readFiles(options) : new Map<string, EndpointResponse>();
  const file = (path: string) => {
    const found = files.get(path);
    if (found === undefined) throw new RouteNotFoundError();
    return found;
  };
  return {
    page: endpoint(consolePage, async (_input, { event }) => {
      if (!isBuilt)
        return response({ status: 404, headers: { 'Content-Type': 'text/plain' }, body: notBuilt });
      // The files lie beside the page, whatever comes before its path.
      if (!event.path.endsWith('/')) return response({ status: 308, headers: { Location: 'console/' } });
      return file('index.html');
    }),
    file: endpoint(consoleFile, async ({ params }) => file(params.file)),
    asset: endpoint(consoleAsset, async ({ params }) => file(`assets/${params.file}`)),
  };
}

function readFiles(options: ConsoleOptions): Map<string, EndpointResponse> {
  const { folder, signIn } = options;
  const policy = contentSecurityPolicy(options);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => Object.hasOwn(contentTypes, extname(name)));
  return new Map(
    files.map((name) => {
      const path = name.replaceAll('\\', '/');
      // The page's service here is the one that it came from.
      const text =
        path === 'config.json'
          ? JSON.stringify({ api_url: '../', sign_in: signIn })
          : readFileSync(join(folder, name), 'utf8');
      return [path, fileResponse(path, text, policy)];
    }),
  );
}

function fileResponse(path: string, body: string, policy: string): EndpointResponse {
  // The build puts a hash of a file's content into its name, but only in that folder.
  const isHashed = path === `assets/${basename(path)}`;
  return response({
    status: 200,
    headers: {
      'Content-Type': contentTypes[extname(path)] ?? '',
      'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': policy,
      'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
      'Referrer-Policy': 'no-referrer',
      'X-Frame-Options': 'DENY',
    },
    body,
  });
}

/**
 * Returns the policy for what the page may load and call: this service alone, in AWS mode the bucket, and
 * where people sign in at a user pool, the pool.
 */
function contentSecurityPolicy({ aws, signIn }: ConsoleOptions): string {
  const called = ["'self'", ...(aws ? bucketOrigins(aws) : []), ...(signIn ? [signIn.url] : [])];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src ${called.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Returns the bucket's origins. They are those of the SDK's configured endpoint, or Amazon's, with the
 * bucket's name in the host or in the path.
 */
function bucketOrigins({ region, bucket }: AwsConfig): string[] {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpointUrl = URL.parse(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || '');
  if (endpointUrl !== null) {
    const { protocol, host, origin } = endpointUrl;
    return [origin, `${protocol}//${bucket}.${host}`];
  }
  return [`https://${bucket}.s3.${region}.amazonaws.com`, `https://s3.${region}.amazonaws.com`];
}
