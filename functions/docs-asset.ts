import { docsAssetContract } from '../lib/contract/endpoints/docs.ts';
import { RouteNotFoundError } from '../lib/errors.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { response } from '../lib/http/response.ts';
import { swaggerFile } from '../lib/http/swagger.ts';

const initializer = `'use strict';
SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** Files that the documentation page loads: from Swagger UI, or this service's own. */
const assets: Record<string, { contentType: string; read: () => Promise<string> }> = {
  'swagger-ui.css': { contentType: 'text/css', read: () => swaggerFile('swagger-ui.css', 'utf8') },
  'swagger-ui-bundle.js': {
    contentType: 'text/javascript',
    read: () => swaggerFile('swagger-ui-bundle.js', 'utf8'),
  },
  'initializer.js': { contentType: 'text/javascript', read: async () => initializer },
};

/** GET /docs/{asset} */
export const handler = endpoint(docsAssetContract, async ({ params }) => {
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
