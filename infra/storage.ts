import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CorsRule,
  HttpMethods,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  partitionKey,
  sortKey,
  streamView,
  timeToLiveAttribute,
} from '../lib/records/dynamodb/definition.ts';
import { ObjectTrail } from './object-trail.ts';
import type { StackSettings } from './settings.ts';

const uploadDays = 1;
/** Nobody needs a picture any more that could not be indexed for so long, for whatever reason. */
const inboxDays = 30;
/**
 * The sweep deletes what is too old; the bucket does so later, should it fail, but not before somebody could
 * object.
 */
const lateDays = 15;
const accessLogDays = 90;

/** Outlives the stack, but not a first deployment that fails. */
const kept = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** The table of the records and the bucket of the pictures. Both outlive the stack. */
export class Storage extends Construct {
  readonly key: IKey | undefined;
  readonly table: Table;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StackSettings) {
    super(scope, id);
    this.key = this.#key(settings);
    this.table = this.#createTable(settings);
    this.bucket = this.#createBucket(settings);
  }

  #key({ kms }: StackSettings): IKey | undefined {
    if (typeof kms === 'string') return Key.fromKeyArn(this, 'Key', kms);
    if (!kms) return undefined;
    return new Key(this, 'Key', {
      description: 'Encrypts the records and the pictures of the face blacklist.',
      enableKeyRotation: true,
      removalPolicy: kept,
    });
  }

  /** Creates it without protection from deletion: `TableProtection` adds that once the stack stands. */
  #createTable({ tableName, recoveryDays }: StackSettings): Table {
    return new Table(this, 'Table', {
      ...(tableName !== undefined && { tableName }),
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      timeToLiveAttribute,
      stream: StreamViewType[streamView],
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: recoveryDays,
      },
      removalPolicy: kept,
      ...(this.key
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: this.key }
        : { encryption: TableEncryption.DEFAULT }),
    });
  }

  #createBucket(settings: StackSettings): Bucket {
    const { accessLogs } = settings;
    const logs = this.#createAccessLogs(settings);
    const bucket = new Bucket(this, 'Bucket', {
      ...privateBucket,
      ...(settings.bucketName !== undefined && { bucketName: settings.bucketName }),
      ...(this.key
        ? { encryption: BucketEncryption.KMS, encryptionKey: this.key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      versioned: true,
      lifecycleRules: lifecycleRules(settings),
      cors: corsRules(settings.corsOrigins),
      // The library's own types do not agree on what may be left out.
      ...(accessLogs === 's3' && { serverAccessLogsBucket: logs as IBucket }),
    });
    if (accessLogs === 'trail' && logs) new ObjectTrail(this, 'ObjectTrail', bucket, logs);
    if (accessLogs !== 's3') {
      Validations.of(bucket).acknowledge({
        id: 'AwsSolutions-S1',
        reason: 'The logs would have the names of the folders of the inbox, and can leave out none.',
      });
    }
    return bucket;
  }

  /** Makes the bucket of the logs where there are any, or were. */
  #createAccessLogs({ accessLogs, logsBucketName }: StackSettings): Bucket | undefined {
    if (accessLogs === 'none' && logsBucketName === undefined) return undefined;
    const bucket = new Bucket(this, 'AccessLogs', {
      ...privateBucket,
      ...(logsBucketName !== undefined && { bucketName: logsBucketName }),
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ id: 'access-logs', expiration: Duration.days(accessLogDays) }],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds the access logs; logs of its own would never end.',
    });
    return bucket;
  }
}

const privateBucket = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: kept,
} as const;

function lifecycleRules({
  keepMatchedDays,
  keepUnmatchedDays,
  keepRejectedDays,
  processedDays = Math.max(keepMatchedDays, keepUnmatchedDays) + lateDays,
  recoveryDays,
}: StackSettings): LifecycleRule[] {
  const expire = (prefix: string, days: number): LifecycleRule => ({
    id: `expire-${prefix}`,
    prefix: `${prefix}/`,
    expiration: Duration.days(days),
  });
  return [
    expire('processed', processedDays),
    expire('cropped', processedDays),
    expire('uploads', uploadDays),
    expire('inbox', inboxDays),
    // An event can't come back later than that, and no picture lies in the inbox longer.
    expire('inbox-notes', inboxDays),
    expire('rejected', keepRejectedDays + lateDays),
    {
      id: 'leftovers',
      noncurrentVersionExpiration: Duration.days(recoveryDays),
      expiredObjectDeleteMarker: true,
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    },
  ];
}

/** Lets the pages of one more origin send large pictures to the bucket, and load pictures from it. */
export function letIn(bucket: Bucket, origin: string): void {
  for (const rule of corsRules([origin])) bucket.addCorsRule(rule);
}

/**
 * Lets web pages send large pictures to the bucket itself, and load pictures from it. A redirect from another
 * origin leads them to a picture, and after it a browser names no origin. The signed URL is what lets them
 * in.
 */
function corsRules(origins: readonly string[]): CorsRule[] {
  if (origins.length === 0) return [];
  return [
    { allowedOrigins: [...origins], allowedMethods: [HttpMethods.POST], allowedHeaders: ['*'] },
    { allowedOrigins: ['*'], allowedMethods: [HttpMethods.GET] },
  ];
}
