import { loadConfig } from '../lib/config.ts';
import { api } from '../lib/contract/api.ts';
import { openApi } from '../lib/contract/endpoints/openapi.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { buildOpenApi, type OpenApiDocument } from '../lib/http/openapi-document.ts';

let document: OpenApiDocument | undefined;

/** GET /openapi.json */
export const handler = endpoint(openApi, async (_input, { event }) => {
  const { apiTitle: title, apiVersion: version } = loadConfig();
  document ??= buildOpenApi(api, { title, version });
  // Behind a gateway the paths start with its stage.
  const prefix = event.requestContext.path.replace(/\/openapi\.json\/?$/, '');
  return { ...document, servers: [{ url: prefix === '' ? '/' : prefix }] };
});
