import { Counter, Gauge, type Registry } from 'prom-client';
import type { Config } from '../../lib/config.ts';
import type { WebhookStatus } from '../../lib/contract/endpoints/status.ts';
import { hasReceivers } from '../../lib/events/receivers.ts';
import { onceIn } from '../../lib/once-in.ts';
import { type CameraFigures, cameraFigures } from '../../lib/service/cameras.ts';
import { accusingEntries, reviewsOf } from '../../lib/service/reviews.ts';
import type { OpenedPorts } from '../../lib/wiring/open.ts';
import { webhookStatus } from '../../lib/wiring/webhook-status.ts';

/** Registers gauges whose values are read at each scrape. */
export function gaugeEngine(registry: Registry, config: Config, ports: OpenedPorts): void {
  gaugeInfo(registry, config, ports);
  gaugeQueues(registry, ports);
  if (ports.faces.engine() !== undefined) gaugeWorkers(registry, ports);
}

function gaugeInfo(registry: Registry, config: Config, { faces }: OpenedPorts): void {
  new Gauge({
    name: 'face_blacklist_info',
    help: 'Always 1; what is in use.',
    labelNames: ['version', 'backend', 'model', 'runtime'],
    registers: [registry],
  }).set(
    {
      version: config.apiVersion,
      backend: config.backend,
      model: faces.modelId,
      runtime: faces.engine()?.runtime ?? '',
    },
    1,
  );
}

function gaugeQueues(registry: Registry, { faces, pictureSlots }: OpenedPorts): void {
  new Gauge({
    name: 'face_blacklist_queue_length',
    help: 'Pictures that wait: for their turn, and once decoded for the engine.',
    labelNames: ['queue'],
    registers: [registry],
    collect() {
      this.set({ queue: 'turn' }, pictureSlots.pending);
      this.set({ queue: 'engine' }, faces.engine()?.waiting ?? 0);
    },
  });
  new Gauge({
    name: 'face_blacklist_pictures_in_work',
    help: 'Pictures whose turn it is.',
    registers: [registry],
    collect() {
      this.set(pictureSlots.active);
    },
  });
}

function gaugeWorkers(registry: Registry, { faces }: OpenedPorts): void {
  const gauges = {
    workers: ['face_blacklist_engine_workers', 'Threads that find and compare faces.'],
    busy: ['face_blacklist_engine_busy_workers', 'Those of them that compute.'],
    enrolled: ['face_blacklist_gallery_faces', 'Faces that pictures are compared with.'],
  } as const;
  for (const [figure, [name, help]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(faces.engine()?.[figure as keyof typeof gauges] ?? 0);
      },
    });
  }
}

/** Registers gauges of the verdicts of the last 30 days. Thresholds are 100 at most. */
export function gaugeReviews(registry: Registry, { records }: OpenedPorts): void {
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
export function gaugeEntries(registry: Registry, { records }: OpenedPorts): void {
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

/** Registers gauges of the events that receivers are still to be told of. */
export function gaugeOutbox(registry: Registry, config: Config): void {
  if (!hasReceivers(config)) return;
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
export function gaugeCameras(registry: Registry): void {
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
