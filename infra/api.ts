import { Duration, RemovalPolicy, Size, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  Cors,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  Period,
  RestApi,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import type { UserPool } from 'aws-cdk-lib/aws-cognito';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { api } from '../lib/contract/api.ts';
import { type Endpoint, operationsOf, resourcePath } from '../lib/contract/endpoint.ts';
import { allowedHeaders } from '../lib/http/headers.ts';
import { authorization } from './authorization.ts';
import { EndpointFunction } from './endpoint-function.ts';
import { callerThrottle, recordsThrottle } from './limits.ts';
import { output } from './outputs.ts';
import { addProblemResponses, problemHeaders } from './problem-responses.ts';
import { addRefusedMethod, refusedEndpoints } from './refused-endpoints.ts';
import type { Resources } from './resources.ts';
import type { StackSettings } from './settings.ts';

const callerQuotaPerDay = 100_000;
const preflightSeconds = 600;
/** First part of each path of the API's address. */
export const stageName = 'prod';

/**
 * The contract as a REST API. Each path has a resource, and each endpoint has a function, which its aliases
 * share.
 */
export class Api extends Construct {
  readonly restApi: RestApi;
  readonly functions: readonly EndpointFunction[];
  /** Pool of those who may call, with `-c auth=cognito`. */
  readonly userPool: UserPool | undefined;

  constructor(scope: Construct, id: string, resources: Resources, settings: StackSettings) {
    super(scope, id);
    this.functions = api
      .filter(({ operationId }) => settings.lookBackDays > 0 || !(operationId in refusedEndpoints))
      .map((contract) => new EndpointFunction(this, contract, resources, settings));
    const { methodOptions, userPool } = authorization(this, settings);
    this.userPool = userPool;
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: this.node.scope?.node.id ?? id,
      description: 'Looks for listed people in pictures.',
      endpointTypes: [EndpointType.REGIONAL],
      // All other bodies are text; see `lib/http/body.ts`.
      // Clients that accept JPEG first get small pictures as bytes.
      binaryMediaTypes: ['multipart/form-data', 'image/jpeg'],
      minCompressionSize: Size.kibibytes(1),
      cloudWatchRole: settings.gatewayLogRole === 'new',
      ...(settings.gatewayLogRole === 'new' && {
        cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      }),
      deployOptions: this.#stage(settings),
      defaultMethodOptions: methodOptions,
    });
    // The stack has an output of its own for it.
    this.restApi.node.tryRemoveChild('Endpoint');
    this.#addMethods(settings.corsOrigins);
    addProblemResponses(this.restApi, settings);
    this.#addUsagePlan(settings);
    this.#acknowledge(settings);
  }

  #stage({ rekognitionTps, gatewayLogRole }: StackSettings): StageOptions {
    const pictureThrottle = {
      throttlingRateLimit: rekognitionTps,
      throttlingBurstLimit: 2 * rekognitionTps,
    };
    const slow = this.functions.filter(({ pictures }) => pictures);
    const methodDefaults = {
      metricsEnabled: true,
      loggingLevel: gatewayLogRole === 'none' ? MethodLoggingLevel.OFF : MethodLoggingLevel.ERROR,
      // Bodies are people's faces.
      dataTraceEnabled: false,
    };
    return {
      stageName,
      throttlingRateLimit: recordsThrottle.rateLimit,
      throttlingBurstLimit: recordsThrottle.burstLimit,
      methodOptions: Object.fromEntries(
        slow
          .flatMap(({ contract }) => operationsOf(contract))
          .map(({ path, method }): [string, MethodDeploymentOptions] => [
            `${resourcePath(path)}/${method}`,
            { ...methodDefaults, ...pictureThrottle },
          ]),
      ),
      ...methodDefaults,
      // Its traces have whole addresses, in which a search names people. Those of the functions have none.
      tracingEnabled: false,
      ...(gatewayLogRole !== 'none' && this.#accessLog()),
    };
  }

  #accessLog(): StageOptions {
    const accessLogs = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return {
      accessLogDestination: new LogGroupLogDestination(accessLogs),
      accessLogFormat: accessLogFormat(),
    };
  }

  #addMethods(corsOrigins: readonly string[]): void {
    const functionOf = new Map(this.functions.map((fn) => [fn.contract.operationId, fn]));
    const operations = api.flatMap((endpoint) =>
      operationsOf(endpoint).map((contract) => ({ contract, fn: functionOf.get(endpoint.operationId) })),
    );
    const byPath = Map.groupBy(operations, ({ contract }) => resourcePath(contract.path));
    for (const [path, operationsOfPath] of byPath) {
      const resource = this.restApi.root.resourceForPath(path);
      for (const { contract, fn } of operationsOfPath) {
        const refusal = refusedEndpoints[contract.operationId];
        for (const method of methodsOf(contract)) {
          if (refusal && !fn) addRefusedMethod(resource, method, refusal, problemHeaders(corsOrigins));
          if (fn)
            resource.addMethod(method, new LambdaIntegration(fn.target, { scopePermissionToMethod: false }));
        }
      }
      const methods = operationsOfPath.flatMap(({ contract }) => methodsOf(contract));
      if (corsOrigins.length > 0) addPreflight(resource, methods, corsOrigins);
    }
  }

  /**
   * Limits each caller who sends an API key, which `-c apiKey=true` asks for. The stage's own limits hold for
   * all callers together.
   */
  #addUsagePlan({ apiKey }: StackSettings): void {
    const plan = this.restApi.addUsagePlan('UsagePlan', {
      description: 'What one caller may ask for.',
      throttle: callerThrottle,
      quota: { limit: callerQuotaPerDay, period: Period.DAY },
      apiStages: [{ stage: this.restApi.deploymentStage }],
    });
    if (!apiKey) return;
    const key = this.restApi.addApiKey('FirstKey', { description: 'The first caller.' });
    plan.addApiKey(key);
    output(this, 'ApiKeyId', key.keyId, 'Of the first API key.');
  }

  #acknowledge({ waf, gatewayLogRole }: StackSettings): void {
    if (gatewayLogRole === 'none') {
      const reason = 'Asked for with -c gatewayLogRole=none; the audit trail tells who did what.';
      Validations.of(this.restApi.deploymentStage).acknowledge(
        { id: 'AwsSolutions-APIG1', reason },
        { id: 'AwsSolutions-APIG6', reason },
      );
    }
    Validations.of(this.restApi).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason:
          'The functions check each request against the contract and answer 422 in its form; the gateway would answer 400 in another.',
      },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason:
          'The one role of the account with which API Gateway writes logs; AWS has made this policy for it.',
      },
    );
    if (waf) return;
    Validations.of(this.restApi.deploymentStage).acknowledge({
      id: 'AwsSolutions-APIG3',
      reason:
        'Callers are authenticated and throttled; -c waf=true adds a firewall, which costs by the month.',
    });
  }
}

/**
 * Lists the methods of an endpoint. One that answers GET also answers HEAD: the gateway leaves the body out.
 */
function methodsOf({ method }: Endpoint): string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

/**
 * Logs who did what, and how it went. Paths as they were sent and bodies stay out of the log: they name
 * people.
 */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: '$context.requestId',
      time: '$context.requestTimeEpoch',
      sourceIp: '$context.identity.sourceIp',
      caller: '$context.identity.userArn',
      user: '$context.authorizer.claims.sub',
      method: '$context.httpMethod',
      route: '$context.resourcePath',
      status: '$context.status',
      error: '$context.error.responseType',
      responseBytes: '$context.responseLength',
      ms: '$context.responseLatency',
      functionMs: '$context.integrationLatency',
    }),
  );
}

function addPreflight(resource: IResource, methods: readonly string[], corsOrigins: readonly string[]): void {
  const method = resource.addCorsPreflight({
    allowOrigins: [...corsOrigins],
    allowMethods: [...methods],
    allowHeaders: [...new Set([...Cors.DEFAULT_HEADERS, ...allowedHeaders])],
    maxAge: Duration.seconds(preflightSeconds),
  });
  const reason =
    'A browser asks what it may do before it signs anything; the answer is fixed and tells nothing.';
  Validations.of(method).acknowledge(
    { id: 'AwsSolutions-APIG4', reason },
    { id: 'AwsSolutions-COG4', reason },
  );
}
