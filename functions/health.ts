import { health } from '../lib/contract/endpoints/health.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { requireHealth } from '../lib/service/health.ts';
import { stores } from '../lib/wiring/open.ts';

/** GET /healthz */
export const handler = endpoint(health, async () => {
  const opened = await stores();
  await requireHealth(opened);
  return { status: 'ok' as const, backend: opened.faces.name, model: opened.faces.modelId };
});
