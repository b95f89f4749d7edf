import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import * as z from 'zod';
import { handler as welcomeHandler } from '../../functions/welcome.ts';
import type { AwsConfig } from '../../lib/config.ts';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import { welcomeContract } from '../../lib/contract/endpoints/welcome.ts';
import { RouteNotFoundError } from '../../lib/errors.ts';
import {
  type EndpointHandler,
  type EndpointResponse,
  endpoint,
  response,
  withContract,
} from '../../lib/http/endpoint.ts';
import { besideRoot, isBrowserAtRoot } from '../../lib/http/root.ts';

/** Serves the console at `/console/`. Its built files hold no data, so nobody needs a token for them. */

const builtFolder = join(import.meta.dirname, '../console/dist');
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

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/**
 * Returns the console's routes. It reads the files once, so no request reaches the disk. In AWS mode its
 * pages fetch pictures from the bucket, and send large ones there.
 *
 * @param folder of the built console
 */
export function consoleRoutes(aws: AwsConfig | undefined, folder = builtFolder): EndpointHandler[] {
  const isBuilt = existsSync(join(folder, 'index.html'));
  const policy = contentSecurityPolicy(aws);
  const files = isBuilt ? readFiles(folder, policy) : new Map<string, EndpointResponse>();
  const file = (path: string) => {
    const found = files.get(path);
    if (found === undefined) throw new RouteNotFoundError();
    return found;
  };
  const routes: EndpointHandler[] = [
    endpoint(consolePage, async (_input, { event }) => {
      if (!isBuilt)
        return response({ status: 404, headers: { 'Content-Type': 'text/plain' }, body: notBuilt });
      // The files lie beside the page, whatever comes before its path.
      if (!event.path.endsWith('/')) return response({ status: 308, headers: { Location: 'console/' } });
      return file('index.html');
    }),
    endpoint(consoleFile, async ({ params }) => file(params.file)),
    endpoint(consoleAsset, async ({ params }) => file(`assets/${params.file}`)),
  ];
  return isBuilt ? [...routes, welcomeToConsole] : routes;
}

/** Replaces the route that sends a browser to the documentation, which is for programmers. */
const welcomeToConsole = withContract(welcomeContract, (event, context) =>
  isBrowserAtRoot(event) ? leadToConsole(event, context) : welcomeHandler(event, context),
);

const leadToConsole = endpoint(welcomeContract, async (_input, { event }) =>
  response({ status: 307, headers: { Location: besideRoot(event, 'console/') } }),
);

function readFiles(folder: string, policy: string): Map<string, EndpointResponse> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => Object.hasOwn(contentTypes, extname(name)));
  return new Map(
    files.map((name) => {
      const path = name.replaceAll('\\', '/');
      // The page's service here is the one that it came from.
      const bytes =
        path === 'config.json' ? Buffer.from('{"api_url": "../"}') : readFileSync(join(folder, name));
      return [path, fileResponse(path, bytes, policy)];
    }),
  );
}

function fileResponse(path: string, bytes: Buffer, policy: string): EndpointResponse {
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
    body: bytes.toString('base64'),
    isBase64: true,
  });
}

/** Returns the policy for what the page may load and call: this service alone, and in AWS mode the bucket. */
function contentSecurityPolicy(aws: AwsConfig | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src ${["'self'", ...(aws ? bucketOrigins(aws) : [])].join(' ')}`,
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
