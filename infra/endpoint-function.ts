import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Endpoint } from '../lib/contract/endpoint.ts';
import { endpointNeeds } from './needs.ts';
import type { Resources } from './resources.ts';
import { ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';

/** API Gateway waits for 29 s. A function that ends sooner does nothing that nobody hears of. */
const timeout = Duration.seconds(28);

/** The function that answers the requests to one endpoint of the contract. */
export class EndpointFunction extends ServiceFunction {
  readonly contract: Endpoint;
  /** True if it works on pictures, and so costs more than reading or writing records. */
  readonly pictures: boolean;

  constructor(scope: Construct, contract: Endpoint, resources: Resources, settings: StackSettings) {
    const { operationId, method, path, summary } = contract;
    const needs = endpointNeeds[operationId];
    if (needs === undefined) throw new Error(`infra/needs.ts does not tell what ${operationId} needs.`);
    super(scope, pascalCase(operationId), {
      name: operationId,
      description: `${method} ${path}: ${summary}`,
      needs,
      resources,
      timeout,
      // One request may use the whole quota. If several run at once, Rekognition throttles, and the calls are
      // repeated.
      rekognitionTps: settings.rekognitionTps,
      similarity: settings.similarity,
      minSimilarity: settings.minSimilarity,
      qualityFilter: settings.qualityFilter,
      keep: settings,
      corsOrigins: settings.corsOrigins,
      ...(settings.auth === 'cognito' && { variables: { UNGROUPED_ROLE: settings.ungroupedRole } }),
    });
    this.contract = contract;
    this.pictures = needs.pictures === true;
  }
}

function pascalCase(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
