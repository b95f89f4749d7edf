import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import * as z from 'zod';
import { handler as welcomeHandler } from '../../functions/welcome.ts';
import type { AwsConfig } from '../../lib/config.ts';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import { welcome } from '../../lib/contract/endpoints/welcome.ts';
import { RouteNotFoundError } from '../../lib/errors.ts';
import { type EndpointResponse, endpoint, response } from '../../lib/http/endpoint.ts';
import { requestHeader } from '../../lib/http/headers.ts';
import type { Route } from '../server/gateway.ts';

/** Serves the console at `/console/`: built files that hold no data, so that nobody needs a token for them. */

const builtFolder = join(import.meta.dirname, 'dist');
const notBuilt = 'The console is not built yet. This builds it: npm run console\n';

const shared = {
  method: 'GET',
  tags: ['Service'],
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
 * The console's routes, with the files as they are now: no request reaches the disk. In AWS mode its pages fetch pictures from the
 * bucket, and send large ones there.
 * @param folder of the built console
 */
export function consoleRoutes(aws: AwsConfig | undefined, folder = builtFolder): Route[] {
  const isBuilt = existsSync(join(folder, 'index.html'));
  const policy = contentSecurityPolicy(aws);
  const files = isBuilt ? readFiles(folder, policy) : new Map<string, EndpointResponse>();
  const file = (path: string) => {
    const found = files.get(path);
    if (found === undefined) throw new RouteNotFoundError();
    return found;
  };
  const routes: Route[] = [
    {
      contract: consolePage,
      handler: endpoint(consolePage, async (_input, { event }) => {
        if (!isBuilt)
          return response({ status: 404, headers: { 'Content-Type': 'text/plain' }, body: notBuilt });
        // Its files lie beside the page, whatever stands in front of its path.
        if (!event.path.endsWith('/')) return response({ status: 308, headers: { Location: 'console/' } });
        return file('index.html');
      }),
    },
    {
      contract: consoleFile,
      handler: endpoint(consoleFile, async ({ params }) => file(params.file)),
    },
    {
      contract: consoleAsset,
      handler: endpoint(consoleAsset, async ({ params }) => file(`assets/${params.file}`)),
    },
  ];
  return isBuilt ? [...routes, welcomeToConsole] : routes;
}

/** Takes the place of the route that leads a browser to the documentation, which is for programmers. */
const welcomeToConsole: Route = {
  contract: welcome,
  handler: async (event, context) => {
    if (!requestHeader(event, 'accept')?.includes('text/html')) return welcomeHandler(event, context);
    return leadToConsole(event, context);
  },
};

const leadToConsole = endpoint(welcome, async () =>
  response({ status: 307, headers: { Location: 'console/' } }),
);

function readFiles(folder: string, policy: string): Map<string, EndpointResponse> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => Object.hasOwn(contentTypes, extname(name)));
  return new Map(
    files.map((name) => {
      const path = name.replaceAll('\\', '/');
      // Here, the service is the one that the page came from.
      const bytes =
        path === 'config.json' ? Buffer.from('{"api_url": "../"}') : readFileSync(join(folder, name));
      return [path, fileResponse(path, bytes, policy)];
    }),
  );
}

function fileResponse(path: string, bytes: Buffer, policy: string): EndpointResponse {
  // The build names a file of that folder by what is in it.
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

/** What the page may load and call: this service alone, and in AWS mode the bucket. */
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

/** Where S3 has the bucket: an endpoint that the SDK is told, or Amazon's, by the bucket's name in the host or in the path. */
function bucketOrigins({ region, bucket }: AwsConfig): string[] {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpointUrl = URL.parse(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || '');
  if (endpointUrl !== null) {
    const { protocol, host, origin } = endpointUrl;
    return [origin, `${protocol}//${bucket}.${host}`];
  }
  return [`https://${bucket}.s3.${region}.amazonaws.com`, `https://s3.${region}.amazonaws.com`];
}
