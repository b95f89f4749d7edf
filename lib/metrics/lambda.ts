import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Meter, Metrics } from './port.ts';

/**
 * `#metrics` of a Lambda function: CloudWatch's embedded metric format, one line in the log for each invocation. CloudWatch bills each metric of
 * each operation, so that what did not happen is left out.
 */

/** The service is `POWERTOOLS_SERVICE_NAME`: the stack's name, for there may be several in an account. */
const published = new PowertoolsMetrics({ namespace: 'FaceBlacklist' });

let isCold = true;

function count(name: string, value: number): void {
  if (value > 0) published.addMetric(name, MetricUnit.Count, value);
}

function publish(operation: string, seconds: number): void {
  published.addDimension('operation', operation);
  published.addMetric('Latency', MetricUnit.Milliseconds, 1000 * seconds);
  count('ColdStarts', isCold ? 1 : 0);
  isCold = false;
  published.publishStoredMetrics();
}

/** A function's instance works on one request at a time, so that all that was told since the last one belongs to this one. */
export const meter: Meter = {
  answered: ({ operation, seconds }) => publish(operation ?? 'none', seconds),
  ended: publish,
  waited() {},
  passed() {},
  worked({ faces, matches }) {
    count('Pictures', 1);
    count('Faces', faces);
    count('Matches', matches);
  },
  unusable() {},
  called(_operation, outcome) {
    count('RekognitionCalls', 1);
    count('RekognitionThrottles', outcome === 'throttled' ? 1 : 0);
  },
};

export const throughput: Metrics['throughput'] = () => null;

export const startedAt: Metrics['startedAt'] = () => null;
