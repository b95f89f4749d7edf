import { loadConfig } from '../lib/config.ts';
import { welcomeMessage, welcomeToApi } from '../lib/contract/endpoints/welcome.ts';
import { endpoint } from '../lib/http/endpoint.ts';

/** GET /api/v1/ */
export const handler = endpoint(welcomeToApi, async () => welcomeMessage(loadConfig().apiTitle));
