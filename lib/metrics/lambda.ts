import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Meter, Metrics } from './port.ts';
import { SourceLabels } from './source-labels.ts';

/**
 * `#metrics` of a Lambda function: CloudWatch's embedded metric format, one line in the log for each
 * invocation. CloudWatch bills each metric of each operation, so that what did not happen is left out.
 */

/** The service is `POWERTOOLS_SERVICE_NAME`: the stack's name, for there may be several in an account. */
const published = new PowertoolsMetrics({ namespace: 'FaceBlacklist' });

/**
 * An instance works on one request at a time, so that all that was counted since the last one ended belongs
 * to this one. It is handed over as sums, for the format takes but a hundred values of each.
 */
const counts = new Map<string, number>([['ColdStarts', 1]]);

function count(name: string, more = 1): void {
  if (more > 0) counts.set(name, (counts.get(name) ?? 0) + more);
}

/** Sources of this run's pictures: a property of the line, for CloudWatch bills each value of a dimension. */
let sources = new Set<string>();
const labels = new SourceLabels();

function noteSource(source: string | null): void {
  const label = labels.labelsOf(source).source;
  if (label !== undefined) sources.add(label);
}

function publish(operation: string, seconds: number): void {
  published.addDimension('operation', operation);
  published.addMetric('Latency', MetricUnit.Milliseconds, 1000 * seconds);
  for (const [name, total] of counts) published.addMetric(name, MetricUnit.Count, total);
  if (sources.size > 0) published.addMetadata('sources', [...sources].join('\n'));
  counts.clear();
  sources = new Set();
  published.publishStoredMetrics();
}

export const meter: Meter = {
  answered: ({ operation, seconds }) => publish(operation ?? 'none', seconds),
  ended: publish,
  waited() {},
  passed() {},
  worked({ faces, matches, source }) {
    noteSource(source);
    count('Pictures');
    count('Faces', faces);
    count('Matches', matches);
  },
  unusable: noteSource,
  called(_operation, outcome) {
    count('RekognitionCalls');
    if (outcome === 'throttled') count('RekognitionThrottles');
  },
};

export const throughput: Metrics['throughput'] = () => null;

export const startedAt: Metrics['startedAt'] = () => null;
