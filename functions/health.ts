import { healthContract } from '../lib/contract/endpoints/health.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { loadConfig } from '../lib/load-config.ts';
import { requireHealth } from '../lib/service/health.ts';
import { lowDisks } from '../lib/service/machine.ts';
import { stores } from '../lib/wiring/open.ts';

/** GET /healthz */
export const handler = endpoint(healthContract, async () => {
  const opened = await stores();
  await requireHealth(opened);
  const isLow = (await lowDisks(loadConfig())).length > 0;
  return {
    status: 'ok' as const,
    backend: opened.faces.name,
    model: opened.faces.modelId,
    ...(isLow && { warnings: ['The disk is nearly full.'] }),
  };
});
