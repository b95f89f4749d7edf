import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { QualityFilter } from '../lib/faces/comparing.ts';
import { codeOf, kebabCase } from './bundling.ts';
import { grant } from './grants.ts';
import type { Needs } from './needs.ts';
import { OwnPolicyRole } from './own-policy-role.ts';
import type { Resources } from './resources.ts';
import type { StackSettings } from './settings.ts';

export interface ServiceFunctionProps {
  /** Name of the source file, in camel case. */
  readonly name: string;
  readonly description: string;
  readonly needs: Needs;
  readonly resources: Resources;
  readonly timeout: Duration;
  /** Calls to Rekognition in a second, at most, that one instance makes. */
  readonly rekognitionTps: number;
  /** Similarity (0..100) from which faces match; undefined for the service's own default. */
  readonly similarity?: number | undefined;
  readonly minSimilarity?: number | undefined;
  /** Filter that refuses reference pictures of too poor quality; undefined for the service's own default. */
  readonly qualityFilter?: QualityFilter | undefined;
  /** Retention and metadata of what is kept; for functions that keep or delete pictures. */
  readonly keep?: KeepSettings;
  readonly corsOrigins: readonly string[];
  /** Further settings of the function. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Number of times that a failed event is tried again; for functions that a schedule calls. */
  readonly retryAttempts?: number;
  /** Executions that no other function can use up, and the most that this one gets; 0 for none. */
  readonly reservedConcurrency?: number;
}

export type KeepSettings = Pick<
  StackSettings,
  | 'keepUnmatchedDays'
  | 'keepMatchedDays'
  | 'keepRejectedDays'
  | 'retentionConfirmed'
  | 'stripMetadata'
  | 'recoveryDays'
  | 'lookBackDays'
>;

/** Lambda's share of a processor grows with memory: 1,769 MB are one. */
const memoryMb = {
  /** The first call loads the SDK, which would be slow with 128 MB. */
  records: 512,
  /**
   * Half of it is for pictures (see `PICTURE_MEMORY_BYTES`): it holds two of the largest, of 50 megapixels,
   * at once. New accounts get no more than this.
   */
  pictures: 3008,
};

/** One of this service's Lambda functions. It settles runtime, bundling, logs and role for all of them. */
export class ServiceFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { name, description, needs, resources, timeout, retryAttempts, reservedConcurrency = 0 } = props;
    // The log group can't be named after the function, because it is made before the function.
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new OwnPolicyRole(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${kebabCase(name)} may do.`,
    });
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    grant(role, needs, resources);
    super(scope, id, {
      code: codeOf(name, needs),
      handler: 'index.handler',
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: needs.pictures ? memoryMb.pictures : memoryMb.records,
      timeout,
      role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        ...environment(props),
        // Tells the metrics of two stacks in one account apart.
        POWERTOOLS_SERVICE_NAME: Stack.of(scope).stackName,
      },
      ...(retryAttempts !== undefined && { retryAttempts }),
      ...(reservedConcurrency > 0 && { reservedConcurrentExecutions: reservedConcurrency }),
    });
  }
}

function environment({
  resources,
  rekognitionTps,
  similarity,
  minSimilarity,
  qualityFilter,
  keep,
  corsOrigins,
  variables,
}: ServiceFunctionProps): Record<string, string> {
  return {
    FACE_PROCESSING_BACKEND: 'aws_rekognition',
    AWS_S3_BUCKET_NAME: resources.bucket.bucketName,
    AWS_REKOGNITION_COLLECTION_ID: resources.collectionId,
    ...(resources.collectionArns.length > 1 && {
      REKOGNITION_COLLECTIONS: String(resources.collectionArns.length),
    }),
    DYNAMODB_TABLE_NAME: resources.table.tableName,
    REKOGNITION_TPS: String(rekognitionTps),
    ...(similarity !== undefined && { AWS_THRESHOLD: String(similarity) }),
    ...(minSimilarity !== undefined && { AWS_MIN_SIMILARITY: String(minSimilarity) }),
    ...(qualityFilter !== undefined && { QUALITY_FILTER: qualityFilter }),
    ...(keep && keepVariables(keep)),
    ...variables,
    ...(corsOrigins.length > 0 && { CORS_ORIGINS: corsOrigins.join(',') }),
  };
}

function keepVariables(keep: KeepSettings): Record<string, string> {
  return {
    KEEP_UNMATCHED_DAYS: String(keep.keepUnmatchedDays),
    KEEP_MATCHED_DAYS: String(keep.keepMatchedDays),
    KEEP_REJECTED_DAYS: String(keep.keepRejectedDays),
    RECOVERY_DAYS: String(keep.recoveryDays),
    ...(keep.lookBackDays > 0 && { LOOK_BACK_DAYS: String(keep.lookBackDays) }),
    ...(keep.retentionConfirmed && { RETENTION_CONFIRMED: 'true' }),
    ...(keep.stripMetadata !== undefined && { STRIP_METADATA: String(keep.stripMetadata) }),
  };
}
