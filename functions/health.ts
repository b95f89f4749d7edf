import { health } from '../lib/contract/health.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { faces, images, records } from '../lib/ports.ts';

/** GET /healthz */
export const handler = endpoint(health, async () => {
  const backend = await faces();
  const stores = [backend, await records(), await images()];
  await Promise.all(stores.map((store) => store.check()));
  return { status: 'ok' as const, backend: backend.name, model: backend.modelId };
});
