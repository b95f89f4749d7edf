import { welcomeContract } from '../lib/contract/endpoints/welcome.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { response } from '../lib/http/response.ts';
import { besideRoot, isBrowserAtRoot } from '../lib/http/root.ts';
import { loadConfig } from '../lib/load-config.ts';

/** GET / and GET /api/v1/; the root sends a browser to the documentation. */
export const handler = endpoint(welcomeContract, async (_input, { event }) =>
  isBrowserAtRoot(event)
    ? response({ status: 307, headers: { Location: besideRoot(event, 'docs') } })
    : { message: `Welcome to the ${loadConfig().apiTitle}` },
);
