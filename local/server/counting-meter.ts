import { Counter, Histogram, type Registry } from 'prom-client';
import type { Meter } from '../../lib/metrics/port.ts';
import { SourceLabels } from '../../lib/metrics/source-labels.ts';

/** Buckets in seconds, from an answer without any work to a request of many pictures. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const stageBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Methods that are counted by their names. Clients may send any others, which are counted together. */
const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Label for requests without a route; clients may send any path. */
const noRoute = 'none';

/** Makes the meter that counts for Prometheus. */
export function countingMeter(registry: Registry): Meter {
  return {
    ...requestMeter(registry),
    ...timeMeter(registry),
    ...pictureMeter(registry),
    ...callMeter(registry),
    ended() {},
  };
}

function requestMeter(registry: Registry): Pick<Meter, 'answered'> {
  const requests = new Counter({
    name: 'face_blacklist_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'face_blacklist_request_duration_seconds',
    help: 'From when a request was read to its answer.',
    labelNames: ['route'],
    buckets: requestBuckets,
    registers: [registry],
  });
  return {
    answered({ route, method, status, seconds }) {
      const known = { route: route ?? noRoute, method: knownMethods.includes(method) ? method : 'other' };
      requests.inc({ ...known, status });
      durations.observe({ route: known.route }, seconds);
    },
  };
}

/** Makes the part that tells where the time of a picture goes. */
function timeMeter(registry: Registry): Pick<Meter, 'waited' | 'passed'> {
  const waits = new Histogram({
    name: 'face_blacklist_queue_wait_seconds',
    help: 'How long pictures wait: for their turn, and once decoded for the engine.',
    labelNames: ['queue'],
    buckets: requestBuckets,
    registers: [registry],
  });
  const stages = new Histogram({
    name: 'face_blacklist_stage_duration_seconds',
    help: 'Steps of the work on pictures; some of a picture run side by side, and some more than once.',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers: [registry],
  });
  return {
    waited: (queue, seconds) => waits.observe({ queue }, seconds),
    passed: (stage, seconds) => stages.observe({ stage }, seconds),
  };
}

function pictureMeter(registry: Registry): Pick<Meter, 'worked' | 'unusable'> {
  const sources = new SourceLabels();
  const pictures = new Counter({
    name: 'face_blacklist_pictures_total',
    help: 'Pictures that were processed, by what came of them, and by their source where that is known.',
    labelNames: ['outcome', 'source'],
    registers: [registry],
  });
  const faces = new Counter({
    name: 'face_blacklist_faces_total',
    help: 'Faces in them.',
    registers: [registry],
  });
  const matches = new Counter({
    name: 'face_blacklist_matches_total',
    help: 'Faces that matched somebody, by their source where that is known.',
    labelNames: ['source'],
    registers: [registry],
  });
  // Before the first, there are none: a series that is not there yet would lose it.
  matches.inc({}, 0);
  return {
    worked(picture) {
      const source = sources.labelsOf(picture.source);
      pictures.inc({ outcome: picture.matches > 0 ? 'match' : 'no_match', ...source });
      faces.inc(picture.faces);
      matches.inc(source, picture.matches);
    },
    unusable: (source) => pictures.inc({ outcome: 'unusable', ...sources.labelsOf(source) }),
  };
}

function callMeter(registry: Registry): Pick<Meter, 'called'> {
  const calls = new Counter({
    name: 'face_blacklist_rekognition_calls_total',
    help: 'Calls to Amazon Rekognition, by what came of them.',
    labelNames: ['operation', 'outcome'],
    registers: [registry],
  });
  return { called: (operation, outcome) => calls.inc({ operation, outcome }) };
}
