import { loadConfig } from '../lib/config.ts';
import { welcome, welcomeMessage } from '../lib/contract/endpoints/welcome.ts';
import { endpoint, response } from '../lib/http/endpoint.ts';
import { requestHeader } from '../lib/http/headers.ts';

/** GET / leads a browser to the documentation. */
export const handler = endpoint(welcome, async (_input, { event }) => {
  if (!requestHeader(event, 'accept')?.includes('text/html')) return welcomeMessage(loadConfig().apiTitle);
  const base = event.requestContext.path.replace(/\/$/, '');
  return response({ status: 307, headers: { Location: `${base}/docs` } });
});
