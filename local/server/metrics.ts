import { collectDefaultMetrics, Registry } from 'prom-client';
import * as z from 'zod';
import type { Config } from '../../lib/config.ts';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import { type EndpointHandler, endpoint } from '../../lib/http/endpoint.ts';
import { response } from '../../lib/http/response.ts';
import { listen } from '../../lib/metrics/in-process.ts';
import { maySeeUnmatched } from '../../lib/service/actor.ts';
import type { OpenedPorts } from '../../lib/wiring/open.ts';
import { countingMeter } from './counting-meter.ts';
import { gaugeCameras, gaugeEngine, gaugeEntries, gaugeOutbox, gaugeReviews } from './gauges.ts';

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
