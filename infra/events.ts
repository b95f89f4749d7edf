import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { matchEventSource, matchEventType } from '../lib/contract/match-event.ts';
import { erasuresFilter, matchesFilter, reviewsFilter } from '../lib/records/dynamodb/items.ts';
import { publishMatchesNeeds } from './needs.ts';
import type { Resources } from './resources.ts';
import { ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';

/** PutEvents takes no more at once. */
const batchSize = 10;
const timeout = Duration.minutes(2);
/** Shorter than the 24 hours for which the stream keeps its records. */
const maxRecordAge = Duration.hours(12);
const maxRetries = 1000;

/**
 * Publishes each picture in which somebody was found as an event on the account's default bus. The record in
 * the table is the outbox, and the table's stream reads it. So the event goes out even if the function that
 * wrote the record crashes.
 */
export class MatchEvents extends Construct {
  readonly publishMatches: ServiceFunction;
  /**
   * Queue of what tells where in the stream a record was not published. It names nobody: the record itself is
   * in the table.
   */
  readonly deadLetters: Queue;
  /** Rule that mails matches, with `-c alerts`. */
  readonly mail: Rule | undefined;

  constructor(scope: Construct, id: string, resources: Resources, settings: StackSettings) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It holds the dead letters of a stream, whose event source names it.',
    });
    this.publishMatches = new ServiceFunction(this, 'PublishMatches', {
      name: 'publishMatches',
      description: 'Publishes an event for each picture in which somebody was found.',
      needs: publishMatchesNeeds,
      resources,
      timeout,
      rekognitionTps: 1,
      reservedConcurrency: settings.reservedConcurrency,
      corsOrigins: [],
    });
    this.publishMatches.addEventSource(
      // The library's own types do not agree on what may be left out.
      new DynamoEventSource(resources.table as ITable, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize,
        filters: [matchesFilter, erasuresFilter, reviewsFilter].map((filter) => ({
          pattern: JSON.stringify(filter),
        })),
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        retryAttempts: maxRetries,
        maxRecordAge,
        onFailure: new SqsDlq(this.deadLetters),
      }),
    );
    this.mail = settings.alerts === undefined ? undefined : this.#mail(settings.alerts, resources.key);
  }

  /**
   * Mails events through a topic. EventBridge can't use the key that AWS manages for SNS, so the topic gets a
   * key of its own if the stack has none.
   *
   * EventBridge uses topic and key in the name of a role. KMS knows no condition for EventBridge itself, so
   * that the key would have to trust the service in every account. A mail that can't be sent has no dead
   * letter, because the event names people. An alarm tells of it.
   */
  #mail(address: string, stackKey: IKey | undefined): Rule {
    const masterKey =
      stackKey ??
      new Key(this, 'AlertsKey', {
        description: 'Encrypts alerts about matches on their way.',
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const topic = new Topic(this, 'Alerts', { masterKey, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    const role = new Role(this, 'MailRole', {
      description: 'Lets EventBridge mail who was found in a picture.',
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]',
      reason: 'SNS makes data keys with or without their plain text; there is no other action of that name.',
    });
    return new Rule(this, 'Mail', {
      description: 'Mails who was found in a picture.',
      eventPattern: { source: [matchEventSource], detailType: [matchEventType] },
      targets: [new SnsTopic(topic, { message: mailText(), role })],
    });
  }
}

/**
 * Gives the mail's text: ids, names and similarities, and no more, since a mail goes through many hands. It
 * is JSON, because EventBridge can't reliably put a list into plain text.
 */
function mailText(): RuleTargetInput {
  const data = (path: string) => EventField.fromPath(`$.detail.data.${path}`);
  return RuleTargetInput.fromObject({
    found: data('entries'),
    db_id: data('db_id'),
    picture_id: data('picture_id'),
    note: 'A match is a hint for a person to look at, not a verdict.',
  });
}
