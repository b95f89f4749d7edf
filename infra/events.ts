import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
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
  /** Queue of the stream's records that were not published, and of the events that were not mailed. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, resources: Resources, settings: StackSettings) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It holds the dead letters of a stream and of a rule, which name it themselves.',
    });
    this.publishMatches = new ServiceFunction(this, 'PublishMatches', {
      name: 'publishMatches',
      description: 'Publishes an event for each picture in which somebody was found.',
      needs: publishMatchesNeeds,
      resources,
      timeout,
      rekognitionTps: 1,
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
    if (settings.alerts !== undefined) this.#mail(settings.alerts, resources.key);
  }

  /**
   * Mails events through a topic. EventBridge can't use the key that AWS manages for SNS, so the topic gets a
   * key of its own if the stack has none.
   */
  #mail(address: string, stackKey: Key | undefined): void {
    const masterKey =
      stackKey ??
      new Key(this, 'AlertsKey', {
        description: 'Encrypts alerts about matches on their way.',
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const topic = new Topic(this, 'Alerts', { masterKey, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    new Rule(this, 'Mail', {
      description: 'Mails who was found in a picture.',
      eventPattern: { source: [matchEventSource], detailType: [matchEventType] },
      targets: [new SnsTopic(topic, { message: mailText(), deadLetterQueue: this.deadLetters })],
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
