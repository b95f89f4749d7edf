import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type Bucket, type CfnBucket, EventType } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { inboxPrefix } from '../lib/inbox/port.ts';
import { indexUploadNeeds } from './needs.ts';
import type { Resources } from './resources.ts';
import { ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';

/** Pictures that one call indexes. */
const batchSize = 5;
/**
 * Calls at once, if none are reserved. They are the fewest that SQS allows, so that some of Rekognition's
 * quota is left for requests.
 */
const fewestCalls = 2;
const timeout = Duration.minutes(2);

/**
 * Indexes each picture that is put into the bucket's inbox. S3 sends an event to a queue, and the queue calls
 * the function that indexes it. What fails five times the function puts aside, without its key.
 */
export class Inbox extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly indexUpload: ServiceFunction;

  constructor(scope: Construct, id: string, bucket: Bucket, resources: Resources, settings: StackSettings) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Lambda's documentation asks for this: an event must not come back while it is worked on, throttled
      // attempts included.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
    });
    for (const queue of [this.queue, this.deadLetters]) {
      Validations.of(queue).acknowledge({
        id: 'AwsSolutions-SQS3',
        reason: 'SQS would put aside whole messages, which name people. The function puts aside their ids.',
      });
    }
    this.#notifyOf(bucket);
    const { reservedConcurrency } = settings;
    const maxConcurrency = Math.max(fewestCalls, reservedConcurrency);
    this.indexUpload = new ServiceFunction(this, 'IndexUpload', {
      name: 'indexUpload',
      description: 'Indexes pictures that are put into the inbox.',
      needs: indexUploadNeeds,
      resources,
      timeout,
      // Half of the quota, shared by the calls that run at once.
      rekognitionTps: Math.max(1, Math.floor(settings.rekognitionTps / 2 / maxConcurrency)),
      similarity: settings.similarity,
      minSimilarity: settings.minSimilarity,
      qualityFilter: settings.qualityFilter,
      keep: settings,
      reservedConcurrency,
      corsOrigins: [],
      variables: { INBOX_DEAD_LETTERS_URL: this.deadLetters.queueUrl },
    });
    this.indexUpload.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
    this.indexUpload.addEventSource(
      new SqsEventSource(this.queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
  }

  /**
   * Sets the bucket's notification in its own properties. The CDK's `addEventNotification` would add a
   * function with wide permissions to set it.
   *
   * The queue trusts the account, since the bucket's name is not known yet when its policy is made.
   */
  #notifyOf(bucket: Bucket): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    const cfnBucket = bucket.node.defaultChild as CfnBucket;
    cfnBucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: EventType.OBJECT_CREATED,
          queue: this.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: inboxPrefix }] } },
        },
      ],
    };
    // S3 tests the queue when it gets the notification, so the policy must be there first.
    const policy = this.queue.node.findChild('Policy');
    cfnBucket.node.addDependency(policy);
  }
}
