import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import * as z from 'zod';
import type { Config } from '../../lib/config.ts';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import type { WebhookStatus } from '../../lib/contract/endpoints/status.ts';
import { type EndpointHandler, endpoint, response } from '../../lib/http/endpoint.ts';
import { listen } from '../../lib/metrics/in-process.ts';
import type { Meter } from '../../lib/metrics/port.ts';
import { SourceLabels } from '../../lib/metrics/source-labels.ts';
import { onceIn } from '../../lib/once-in.ts';
import { maySeeUnmatched } from '../../lib/service/actor.ts';
import { type CameraFigures, cameraFigures } from '../../lib/service/cameras.ts';
import { accusingEntries, reviewsOf } from '../../lib/service/reviews.ts';
import type { OpenedPorts } from '../../lib/wiring/open.ts';
import { webhookStatus } from '../../lib/wiring/webhook-status.ts';

/** Endpoint of the local server only: the metrics of Lambda functions go to CloudWatch. */
const metricsContract = defineEndpoint({
  operationId: 'metrics',
  method: 'GET',
  path: '/metrics',
  summary: 'Tell figures, for Prometheus',
  tags: ['Service'],
  role: 'metrics',
  unaudited: true,
  success: {
    status: 200,
    description: 'In the text format of Prometheus.',
    contentType: 'text/plain',
    schema: z.string(),
    example: '',
  },
  errors: ['backend_unavailable'],
});

/** Buckets in seconds, from an answer without any work to a request of many pictures. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const stageBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Methods that are counted by their names. Clients may send any others, which are counted together. */
const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Label for requests without a route; clients may send any path. */
const noRoute = 'none';

/** Starts counting, and makes the handler of the endpoint that Prometheus scrapes. */
export function openMetrics(config: Config, ports: OpenedPorts): EndpointHandler {
  const registry = new Registry();
  // Whoever may not read the list is told of no entry, here and in the status.
  const ofEntries = new Registry();
  collectDefaultMetrics({ register: registry });
  listen(countingMeter(registry));
  gaugeEngine(registry, config, ports);
  gaugeOutbox(registry, config);
  gaugeReviews(registry, ports);
  gaugeEntries(ofEntries, ports);
  gaugeCameras(registry);
  return endpoint(metricsContract, async (_input, { actor }) => {
    const registries = maySeeUnmatched(actor) ? [registry, ofEntries] : [registry];
    const texts = await Promise.all(registries.map((one) => one.metrics()));
    return response({
      status: 200,
      headers: { 'Content-Type': registry.contentType },
      body: texts.join(''),
    });
  });
}

function countingMeter(registry: Registry): Meter {
  const registers = [registry];
  const sources = new SourceLabels();
  const requests = new Counter({
    name: 'face_blacklist_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'face_blacklist_request_duration_seconds',
    help: 'From when a request was read to its answer.',
    labelNames: ['route'],
    buckets: requestBuckets,
    registers,
  });
  const waits = new Histogram({
    name: 'face_blacklist_queue_wait_seconds',
    help: 'How long pictures wait: for their turn, and once decoded for the engine.',
    labelNames: ['queue'],
    buckets: requestBuckets,
    registers,
  });
  const stages = new Histogram({
    name: 'face_blacklist_stage_duration_seconds',
    help: 'Steps of the work on pictures; some of a picture run side by side, and some more than once.',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers,
  });
  const pictures = new Counter({
    name: 'face_blacklist_pictures_total',
    help: 'Pictures that were processed, by what came of them, and by their source where that is known.',
    labelNames: ['outcome', 'source'],
    registers,
  });
  const faces = new Counter({
    name: 'face_blacklist_faces_total',
    help: 'Faces in them.',
    registers,
  });
  const matches = new Counter({
    name: 'face_blacklist_matches_total',
    help: 'Faces that matched somebody, by their source where that is known.',
    labelNames: ['source'],
    registers,
  });
  // Before the first, there are none: a series that is not there yet would lose it.
  matches.inc({}, 0);
  const calls = new Counter({
    name: 'face_blacklist_rekognition_calls_total',
    help: 'Calls to Amazon Rekognition, by what came of them.',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  return {
    answered({ route, method, status, seconds }) {
      const known = { route: route ?? noRoute, method: knownMethods.includes(method) ? method : 'other' };
      requests.inc({ ...known, status });
      durations.observe({ route: known.route }, seconds);
    },
    ended() {},
    waited: (queue, seconds) => waits.observe({ queue }, seconds),
    passed: (stage, seconds) => stages.observe({ stage }, seconds),
    worked(picture) {
      const source = sources.labelsOf(picture.source);
      pictures.inc({ outcome: picture.matches > 0 ? 'match' : 'no_match', ...source });
      faces.inc(picture.faces);
      matches.inc(source, picture.matches);
    },
    unusable: (source) => pictures.inc({ outcome: 'unusable', ...sources.labelsOf(source) }),
    called: (operation, outcome) => calls.inc({ operation, outcome }),
  };
}

/** Registers gauges whose values are read at each scrape. */
function gaugeEngine(registry: Registry, config: Config, { faces, pictureSlots }: OpenedPorts): void {
  const registers = [registry];
  new Gauge({
    name: 'face_blacklist_info',
    help: 'Always 1; what is in use.',
    labelNames: ['version', 'backend', 'model', 'runtime'],
    registers,
  }).set(
    {
      version: config.apiVersion,
      backend: config.backend,
      model: faces.modelId,
      runtime: faces.engine()?.runtime ?? '',
    },
    1,
  );
  new Gauge({
    name: 'face_blacklist_queue_length',
    help: 'Pictures that wait: for their turn, and once decoded for the engine.',
    labelNames: ['queue'],
    registers,
    collect() {
      this.set({ queue: 'turn' }, pictureSlots.pending);
      this.set({ queue: 'engine' }, faces.engine()?.waiting ?? 0);
    },
  });
  new Gauge({
    name: 'face_blacklist_pictures_in_work',
    help: 'Pictures whose turn it is.',
    registers,
    collect() {
      this.set(pictureSlots.active);
    },
  });
  if (faces.engine() === undefined) return;
  const gauges = {
    workers: ['face_blacklist_engine_workers', 'Threads that find and compare faces.'],
    busy: ['face_blacklist_engine_busy_workers', 'Those of them that compute.'],
    enrolled: ['face_blacklist_gallery_faces', 'Faces that pictures are compared with.'],
  } as const;
  for (const [figure, [name, help]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(faces.engine()?.[figure as keyof typeof gauges] ?? 0);
      },
    });
  }
}

/** Registers gauges of the verdicts of the last 30 days. Thresholds are 100 at most. */
function gaugeReviews(registry: Registry, { records }: OpenedPorts): void {
  const verdicts = ['confirmed', 'rejected', 'unsure'] as const;
  const registers = [registry];
  new Gauge({
    name: 'face_blacklist_reviewed_matches',
    help: 'Matches of the last 30 days that people have judged, by verdict.',
    labelNames: ['verdict'],
    registers,
    async collect() {
      const reviews = await reviewsOf(records);
      for (const verdict of verdicts) this.set({ verdict }, reviews[verdict]);
    },
  });
  new Gauge({
    name: 'face_blacklist_accusing_entries',
    help: 'Entries whose pictures accuse strangers: too many of their judged matches were rejected.',
    registers,
    async collect() {
      this.set(accusingEntries(await reviewsOf(records)).length);
    },
  });
  new Gauge({
    name: 'face_blacklist_rejected_share',
    help: 'Share of the judged matches of the last 30 days that were rejected, by threshold.',
    labelNames: ['model', 'metric', 'threshold'],
    registers,
    async collect() {
      this.reset();
      const { by_threshold } = await reviewsOf(records);
      for (const { model, similarity_metric: metric, threshold, rejected_share } of by_threshold) {
        this.set({ model, metric, threshold }, rejected_share ?? 0);
      }
    },
  });
}

/** Registers the gauge that names entries by their ids: the 100 with the most rejected matches. */
function gaugeEntries(registry: Registry, { records }: OpenedPorts): void {
  new Gauge({
    name: 'face_blacklist_entry_rejected_share',
    help: "Share of an entry's judged matches of the last 30 days that were rejected.",
    labelNames: ['entry_id'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { entry_id, rejected_share } of (await reviewsOf(records)).by_entry) {
        this.set({ entry_id }, rejected_share ?? 0);
      }
    },
  });
}

function gaugeOutbox(registry: Registry, config: Config): void {
  if (!config.webhooks && !config.mqtt) return;
  // All gauges are read at the same time, and counting takes longer the more events wait. So they share one
  // count.
  const receivers = onceIn(0, () => webhookStatus(config));
  const gauge = (name: string, help: string, figureOf: (status: WebhookStatus) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['receiver'],
      registers: [registry],
      async collect() {
        this.reset();
        // Two receivers may have the same origin, so their values are added.
        for (const status of (await receivers()) ?? []) {
          this.inc({ receiver: status.receiver }, figureOf(status));
        }
      },
    });
  gauge(
    'face_blacklist_outbox_pending',
    'Match events that a receiver is still to be told of.',
    ({ pending }) => pending,
  );
  gauge(
    'face_blacklist_outbox_oldest_seconds',
    'For how long the oldest of them has waited.',
    ({ oldest_pending: since }) => (since === null ? 0 : (Date.now() - Date.parse(since)) / 1000),
  );
  gauge(
    'face_blacklist_outbox_given_up',
    'Match events that a receiver did not take in time.',
    ({ given_up }) => given_up,
  );
}

/** Registers what is told of cameras; there is no series where there are none. */
function gaugeCameras(registry: Registry): void {
  const register = (
    name: string,
    help: string,
    outcomes: (camera: CameraFigures) => Readonly<Record<string, number>>,
  ) => {
    const Metric = name.endsWith('_total') ? Counter : Gauge;
    new Metric({
      name: `face_blacklist_camera_${name}`,
      help,
      labelNames: ['camera', 'outcome'],
      registers: [registry],
      collect(this: Counter | Gauge) {
        this.reset();
        for (const camera of cameraFigures()) {
          for (const [outcome, value] of Object.entries(outcomes(camera))) {
            this.inc({ camera: camera.name, ...(outcome !== '' && { outcome }) }, value);
          }
        }
      },
    });
  };
  register('up', '1 for a camera that gives frames.', ({ state }) => ({ '': state === 'online' ? 1 : 0 }));
  register('frames_total', 'Frames since the start, by what came of them.', ({ frames }) => ({ ...frames }));
  register('tracks_total', 'People who passed since the start.', ({ tracks }) => ({ ...tracks }));
  register('restarts_total', 'Times that a source was opened again.', ({ restarts }) => ({ '': restarts }));
  register('frame_age_seconds', 'Age of the newest frame.', ({ lastFrame }) =>
    lastFrame ? { '': (Date.now() - lastFrame.getTime()) / 1000 } : {},
  );
}
