import { api } from '../lib/contract/api.ts';
import { openApiContract } from '../lib/contract/endpoints/openapi.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { buildOpenApi, type OpenApiDocument } from '../lib/http/openapi-document.ts';
import { loadConfig } from '../lib/load-config.ts';

let document: OpenApiDocument | undefined;

/** GET /openapi.json */
export const handler = endpoint(openApiContract, async (_input, { event }) => {
  const { apiTitle: title, apiVersion: version, publicUrl } = loadConfig();
  document ??= buildOpenApi(api, { title, version });
  if (publicUrl) return { ...document, servers: [{ url: `${publicUrl.origin}${publicUrl.prefix}` }] };
  // Behind a gateway the paths start with its stage, and behind a proxy with the proxy's prefix.
  const prefix = event.requestContext.path.replace(/\/openapi\.json\/?$/, '');
  return { ...document, servers: [{ url: prefix === '' ? '/' : prefix }] };
});
