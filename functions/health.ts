import { refuseLostGallery } from '../lib/blacklist/lost-gallery.ts';
import { health } from '../lib/contract/health.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { stores } from '../lib/ports.ts';

/** GET /healthz */
export const handler = endpoint(health, async () => {
  const { faces, records, images } = await stores();
  await Promise.all([faces.check(), records.check(), images.check()]);
  if (!(await faces.hasGallery())) await refuseLostGallery({ records });
  return { status: 'ok' as const, backend: faces.name, model: faces.modelId };
});
