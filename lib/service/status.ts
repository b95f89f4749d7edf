import { startedAt, throughput } from '#metrics';
import type { Config } from '../config.ts';
import type { Status, WebhookStatus } from '../contract/endpoints/status.ts';
import { ServiceError } from '../errors.ts';
import type { EngineFigures } from '../faces/port.ts';
import type { Stores } from '../ports.ts';
import { requireHealth } from './health.ts';
import { lowDisks } from './machine.ts';
import { reviewsOf } from './reviews.ts';
import { warningsOf } from './warnings.ts';

/**
 * Returns the service's configuration, state and counts.
 * @throws BackendUnavailableError, ThrottledError when the records can't be read.
 */
export async function statusOf(
  { webhooks, ...stores }: Stores & { readonly webhooks: readonly WebhookStatus[] | null },
  config: Config,
  authentication: Status['settings']['authentication'],
): Promise<Omit<Status, 'caller'>> {
  const { faces } = stores;
  const found = await lookAround(stores, config);
  const { health, counts, reviews } = found;
  const { detectorBackend, metric, threshold, loosestThreshold, defaultThreshold, similarityScale } =
    faces.defaults;
  const engine = faces.engine();
  return {
    backend: config.backend,
    model: faces.modelId,
    detector_backend: detectorBackend,
    similarity_metric: metric,
    threshold,
    loosest_threshold: loosestThreshold,
    default_threshold: defaultThreshold,
    similarity_scale: [...similarityScale],
    version: config.apiVersion,
    started_at: startedAt()?.toISOString() ?? null,
    health,
    counts,
    reviews,
    throughput: throughput(),
    settings: settingsOf(config, faces.maxImageBytes, engine, authentication),
    warnings: warningsOf({ config, authentication, faces, engine, webhooks, ...found }),
    webhooks: webhooks && [...webhooks],
  };
}

/** Reads all that is asked of the stores and the machine, at the same time. */
async function lookAround(stores: Stores, config: Config) {
  const { records } = stores;
  const [counts, health, disorder, disks, reviews, retention, unknownKept] = await Promise.all([
    records.count(),
    healthOf(stores),
    records.timeDisorder(),
    lowDisks(config),
    reviewsOf(records),
    records.retention(),
    records.unknownKept(),
  ]);
  return { counts, health, disorder, disks, reviews, retention, unknownKept };
}

function settingsOf(
  config: Config,
  maxImageBytes: number,
  engine: EngineFigures | undefined,
  authentication: Status['settings']['authentication'],
): Status['settings'] {
  return {
    quality_filter: config.qualityFilter,
    detection_confidence_threshold: config.aws ? null : config.detectionConfidenceThreshold,
    max_image_bytes: Math.min(config.maxImageBytes, maxImageBytes),
    max_request_bytes: config.maxRequestBytes,
    workers: engine?.workers ?? null,
    runtime: engine?.runtime ?? null,
    authentication,
    console_needs_token: authentication !== 'none',
    retention: {
      unmatched_days: config.keepDays.unmatched,
      matched_days: config.keepDays.matched,
      rejected_days: config.keepDays.rejected,
      expired_days: config.expiredDays,
      look_back_days: config.lookBackDays,
      audit_days: config.auditDays,
      strip_metadata: config.stripMetadata,
    },
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
