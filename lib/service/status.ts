import { startedAt, throughput } from '#metrics';
import type { Config } from '../config.ts';
import type { Status } from '../contract/endpoints/status.ts';
import { ServiceError } from '../errors.ts';
import type { WebhookStatus } from '../events/webhook-status.ts';
import type { Stores } from '../ports.ts';
import { requireHealth } from './health.ts';
import { warningsOf } from './warnings.ts';

/**
 * How the service is set up and how it does.
 * @throws BackendUnavailableError, ThrottledError when the records can't be read.
 */
export async function statusOf(
  { webhooks, ...stores }: Stores & { readonly webhooks: readonly WebhookStatus[] | null },
  config: Config,
  authentication: Status['settings']['authentication'],
): Promise<Status> {
  const { faces, records } = stores;
  const [counts, health] = await Promise.all([records.count(), healthOf(stores)]);
  const { detectorBackend, metric, threshold, defaultThreshold, similarityScale } = faces.defaults;
  const engine = faces.engine();
  return {
    backend: config.backend,
    model: faces.modelId,
    detector_backend: detectorBackend,
    similarity_metric: metric,
    threshold,
    default_threshold: defaultThreshold,
    similarity_scale: [...similarityScale],
    version: config.apiVersion,
    started_at: startedAt()?.toISOString() ?? null,
    health,
    counts,
    throughput: throughput(),
    settings: {
      quality_filter: config.qualityFilter,
      detection_confidence_threshold: config.aws ? null : config.detectionConfidenceThreshold,
      max_image_bytes: Math.min(config.maxImageBytes, faces.maxImageBytes),
      max_request_bytes: config.maxRequestBytes,
      workers: engine?.workers ?? null,
      authentication,
      console_needs_token: authentication !== 'none',
    },
    warnings: warningsOf({ config, authentication, health, counts, faces, engine, webhooks }),
    webhooks: webhooks && [...webhooks],
  };
}

async function healthOf(stores: Stores): Promise<Status['health']> {
  try {
    await requireHealth(stores);
    return { status: 'ok', detail: null };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { status: 'failing', detail: error.message };
  }
}
