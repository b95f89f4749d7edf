import { Duration } from 'aws-cdk-lib';
import { Alias, type IFunction, type IVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Endpoint } from '../lib/contract/endpoint.ts';
import { endpointNeeds, optionalEndpointNeeds } from './needs.ts';
import type { Resources } from './resources.ts';
import { ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';

/** API Gateway waits for 29 s. A function that ends sooner does nothing that nobody hears of. */
const timeout = Duration.seconds(28);

/** Operation that somebody at a door waits for, and that starts slowly. */
const keptStarted = 'processImages';

/** Operations that are called a few times a month: a share of their calls tells nothing of a new version. */
const rareOperations = new Set(['deleteImage', 'mergeEntry', 'searchHistory']);

/** Operations that tell near misses from matches and from all others. */
const showsNearMisses = new Set(['mergeEntry', 'processImages', 'verify', 'verifyEntry']);

/** The function that answers the requests to one endpoint of the contract. */
export class EndpointFunction extends ServiceFunction {
  readonly contract: Endpoint;
  /** True if it works on pictures, and so costs more than reading or writing records. */
  readonly pictures: boolean;
  /** Alias that requests go to, where versions are shifted or kept started; undefined where they aren't. */
  readonly live: Alias | undefined;

  constructor(scope: Construct, contract: Endpoint, resources: Resources, settings: StackSettings) {
    const { operationId, method, path, summary } = contract;
    const needs = endpointNeeds[operationId] ?? optionalEndpointNeeds[operationId];
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
      variables: {
        ...(settings.auth === 'iam' && settings.iamRoles && { IAM_ROLES: settings.iamRoles }),
        ...(settings.auth === 'cognito' && { UNGROUPED_ROLE: settings.ungroupedRole }),
        ...(showsNearMisses.has(operationId) && { REVIEW_BAND: String(settings.reviewBand) }),
        ...(operationId === 'reviewProcessed' && { REVIEWERS: String(settings.reviewers) }),
      },
    });
    this.contract = contract;
    // Smaller copies of stored pictures are made without Rekognition, whose quota limits the others.
    const calls = needs.collection ?? needs.withoutCollection ?? (needs.pictures && needs.lookBack);
    const callsRekognition = calls !== undefined;
    this.pictures = needs.pictures === true && callsRekognition;
    this.live = this.#alias(settings, callsRekognition);
  }

  /** The function that requests are sent to. */
  get target(): IFunction {
    // The library's own types do not agree on what may be left out.
    return (this.live ?? this) as IFunction;
  }

  /**
   * Makes an alias where one is needed. A function that reads, changes records alone, or is rarely called,
   * goes to its new version at once: with an alias for each, a stack would have more than 400 resources.
   */
  #alias({ canary, provisionedConcurrency }: StackSettings, callsRekognition: boolean): Alias | undefined {
    const { operationId, method } = this.contract;
    const isKeptStarted = provisionedConcurrency > 0 && operationId === keptStarted;
    const isGradual = canary && callsRekognition && method !== 'GET' && !rareOperations.has(operationId);
    if (!isKeptStarted && !isGradual) return undefined;
    return new Alias(this, 'Live', {
      aliasName: 'live',
      version: this.currentVersion as IVersion,
      ...(isKeptStarted && { provisionedConcurrentExecutions: provisionedConcurrency }),
    });
  }
}

function pascalCase(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
