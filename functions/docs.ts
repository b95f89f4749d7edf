import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { loadConfig } from '../lib/config.ts';
import { docs, docsAsset } from '../lib/contract/docs.ts';
import { RouteNotFoundError } from '../lib/errors.ts';
import { endpoint, response } from '../lib/http/endpoint.ts';

/** Nothing but this service's own files, and the pictures that the style sheet carries in itself. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets styles on elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const initializer = `'use strict';
SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** What the page loads: a file of Swagger UI, or a text of ours. */
const assets: Record<string, { contentType: string; read: () => Promise<string> }> = {
  'swagger-ui.css': { contentType: 'text/css', read: () => swaggerFile('swagger-ui.css', 'utf8') },
  'swagger-ui-bundle.js': {
    contentType: 'text/javascript',
    read: () => swaggerFile('swagger-ui-bundle.js', 'utf8'),
  },
  'initializer.js': { contentType: 'text/javascript', read: async () => initializer },
};

function swaggerFile(name: string, encoding: 'utf8' | 'base64'): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`), encoding);
}

/** GET /docs */
export const handler = endpoint(docs, async (_input, { event }) => {
  // Behind a gateway the path starts with its stage; with or without a trailing slash, the assets lie below it.
  const base = event.requestContext.path.replace(/\/$/, '');
  return response({
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': contentSecurityPolicy },
    body: page(base, loadConfig().apiTitle, await swaggerFile('favicon-32x32.png', 'base64')),
  });
});

/** GET /docs/{asset} */
export const assetHandler = endpoint(docsAsset, async ({ params }) => {
  const asset = Object.hasOwn(assets, params.asset) ? assets[params.asset] : undefined;
  if (asset === undefined) throw new RouteNotFoundError();
  return response({
    status: 200,
    headers: {
      'Content-Type': `${asset.contentType}; charset=utf-8`,
      'Cache-Control': 'private, max-age=3600',
    },
    body: await asset.read(),
  });
});

/** The icon lies in the page: through a gateway that takes multipart alone for binary, a file of its own would not arrive. */
function page(base: string, title: string, icon: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" type="image/png" href="data:image/png;base64,${icon}">
<link rel="stylesheet" href="${escapeHtml(`${base}/swagger-ui.css`)}">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${escapeHtml(`${base}/swagger-ui-bundle.js`)}"></script>
<script src="${escapeHtml(`${base}/initializer.js`)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
