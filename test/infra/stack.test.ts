import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { functionNeeds } from '../../infra/needs.ts';
import { parseConfig } from '../../lib/config.ts';
import { synthesize } from './synthesize.ts';
import { listOf, referenceOf, resourcesOf, textOf } from './template.ts';

const template = synthesize();

/** The stack with the bucket for access logs too. */
const logged = synthesize({ accessLogs: 's3' });

describe('what is kept', () => {
  test('the table is encrypted, can be restored to any second, and outlives the stack', () => {
    const [table] = resourcesOf(template, 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({ deletionPolicy: 'RetainExceptOnCreate', updateReplacePolicy: 'Retain' });
    expect(table?.properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
  });

  test('the buckets are private, encrypted, and outlive the stack', () => {
    const buckets = resourcesOf(logged, 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const { properties, deletionPolicy, updateReplacePolicy } of buckets) {
      expect([deletionPolicy, updateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
      expect(properties).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
    }
  });

  test.each([
    ['AWS::S3::BucketPolicy', 2],
    ['AWS::SQS::QueuePolicy', 3],
  ])('nothing is sent in the clear: %s', (type, count) => {
    const policies = resourcesOf(logged, type);
    expect(policies).toHaveLength(count);
    for (const { properties } of policies) {
      expect(properties.PolicyDocument).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      });
    }
  });

  test('old versions and pictures that are not needed for long expire', () => {
    const rules = lifecycleOf(synthesize({ processedDays: '30' }));
    expect(rules).toEqual({
      'processed/': 30,
      'cropped/': 30,
      'uploads/': 1,
      'inbox/': 30,
      'inbox-notes/': 30,
      'rejected/': 45,
    });
    // Behind the sweep, and behind the time to object to it.
    expect(lifecycleOf(template)).toMatchObject({ 'processed/': 380, 'cropped/': 380 });
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      CorsConfiguration: Match.absent(),
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          {
            Id: 'leftovers',
            Status: 'Enabled',
            NoncurrentVersionExpiration: { NoncurrentDays: 7 },
            ExpiredObjectDeleteMarker: true,
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
        ]),
      },
    });
  });

  test('-c kms=true encrypts table and pictures with a key that is kept and renewed', () => {
    const withKey = synthesize({ kms: 'true' });
    const [key] = resourcesOf(withKey, 'AWS::KMS::Key');
    expect(key).toMatchObject({
      deletionPolicy: 'RetainExceptOnCreate',
      properties: { EnableKeyRotation: true },
    });
    const reference = { 'Fn::GetAtt': [key?.id, 'Arn'] };
    withKey.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: reference },
    });
    withKey.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: reference },
          },
        ],
      },
    });
  });
});

function lifecycleOf(from: typeof template): Record<string, number> {
  const rules = resourcesOf(from, 'AWS::S3::Bucket').flatMap(
    ({ properties }) =>
      (properties.LifecycleConfiguration as { Rules: { Prefix?: string; ExpirationInDays?: number }[] })
        .Rules,
  );
  return Object.fromEntries(
    rules.flatMap(({ Prefix, ExpirationInDays }) =>
      Prefix && ExpirationInDays ? [[Prefix, ExpirationInDays]] : [],
    ),
  );
}

describe('the functions', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');

  test('run on Node 24 and arm64, are traced, and write logs that expire', () => {
    expect(functions).toHaveLength(Object.keys(functionNeeds).length);
    const logs = new Map(resourcesOf(template, 'AWS::Logs::LogGroup').map((group) => [group.id, group]));
    for (const { id, properties } of functions) {
      expect(properties, id).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        Environment: {
          Variables: {
            FACE_PROCESSING_BACKEND: 'aws_rekognition',
            AWS_REKOGNITION_COLLECTION_ID: 'FaceBlacklist',
            POWERTOOLS_SERVICE_NAME: 'FaceBlacklist',
          },
        },
      });
      const group = logs.get(referenceOf((properties.LoggingConfig as { LogGroup: unknown }).LogGroup));
      expect(group?.properties.RetentionInDays, id).toBe(30);
    }
  });

  test('those behind the gateway end when it gives up waiting', () => {
    const timeouts = functions
      .filter(({ id }) => id.startsWith('Api'))
      .map(({ properties }) => properties.Timeout);
    expect(new Set(timeouts)).toEqual(new Set([28]));
  });

  test('those that decode pictures have room for all that they admit at once, and as much for the rest', () => {
    const decoding = [
      'ApiProcessImages',
      'ApiDetectFaces',
      'ApiCreateEntry',
      'ApiAddImages',
      'InboxIndexUpload',
    ];
    const memoryMb = functions
      .filter(({ id }) => decoding.includes(id.slice(0, -8)))
      .map(({ properties }) => Number(properties.MemorySize));
    expect(memoryMb).toHaveLength(decoding.length);
    for (const memory of memoryMb) {
      const { pictureMemoryBytes } = parseConfig({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory) });
      expect(pictureMemoryBytes).toBe((memory * 2 ** 20) / 2);
      // A picture of 50 megapixels takes at most 600 MB, and large pictures may take five sixths of the
      // memory.
      expect((pictureMemoryBytes * 5) / 6).toBeGreaterThan(2 * 600e6);
    }
  });

  test('-c similarity is what makes a match, in every function that compares faces; without it, what the service takes', () => {
    const comparing = ['ApiProcessImages', 'ApiCreateEntry', 'ApiAddImages', 'InboxIndexUpload'];
    const thresholds = (choices: Record<string, string>) =>
      resourcesOf(synthesize(choices), 'AWS::Lambda::Function')
        .filter(({ id }) => comparing.includes(id.slice(0, -8)))
        .map(({ properties }) => (properties.Environment as { Variables: object }).Variables);
    const all = (one: unknown) => comparing.map(() => one);
    expect(thresholds({ similarity: '99.5', minSimilarity: '85' })).toEqual(
      all(expect.objectContaining({ AWS_THRESHOLD: '99.5', AWS_MIN_SIMILARITY: '85' })),
    );
    expect(thresholds({})).toEqual(all(expect.not.objectContaining({ AWS_THRESHOLD: expect.anything() })));
  });

  test('the background leaves some of the quota of Rekognition to requests', () => {
    const perSecond = (choices: Record<string, string>) =>
      Object.fromEntries(
        resourcesOf(synthesize(choices), 'AWS::Lambda::Function').map(({ id, properties }) => [
          id.slice(0, -8),
          (properties.Environment as { Variables: Record<string, string> }).Variables.REKOGNITION_TPS,
        ]),
      );
    expect(perSecond({})).toMatchObject({
      ApiProcessImages: '5',
      InboxIndexUpload: '1',
      SweepScheduleSweep: '1',
    });
    expect(perSecond({ rekognitionTps: '50' })).toMatchObject({
      ApiProcessImages: '50',
      InboxIndexUpload: '12',
      SweepScheduleSweep: '1',
    });
  });

  test.each([
    ['cron(17 * * * ? *)', 'finish'],
    ['cron(47 3 * * ? *)', 'compare'],
  ])('the sweep runs at %s with the task %s, for up to 15 minutes, and is not repeated', (times, task) => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: times,
      Targets: [
        Match.objectLike({ Input: JSON.stringify({ task }), RetryPolicy: { MaximumRetryAttempts: 0 } }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
    const sweep = functions.find(({ id }) => id.startsWith('SweepSchedule'));
    expect(sweep?.properties.Timeout).toBe(900);
  });
});

describe('access logs', () => {
  const bucketOf = (choices: Readonly<Record<string, string>>) =>
    resourcesOf(synthesize(choices), 'AWS::S3::Bucket').find(({ id }) => id.startsWith('StorageBucket'));

  test('there are none, because S3’s own would have the names of the folders of the inbox', () => {
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(bucketOf({})?.properties.LoggingConfiguration).toBeUndefined();
    // The bucket of earlier logs can stay in the stack, but gets no more of them.
    synthesize({ logsBucketName: 'logs-of-old' }).resourceCountIs('AWS::S3::Bucket', 2);
    expect(bucketOf({ logsBucketName: 'logs-of-old' })?.properties.LoggingConfiguration).toBeUndefined();
  });

  test('-c accessLogs=s3 brings back those of S3', () => {
    expect(bucketOf({ accessLogs: 's3' })?.properties.LoggingConfiguration).toBeDefined();
  });

  test('-c accessLogs=trail has CloudTrail record the folders with ids, and not the inbox', () => {
    const trailed = synthesize({ accessLogs: 'trail' });
    expect(bucketOf({ accessLogs: 'trail' })?.properties.LoggingConfiguration).toBeUndefined();
    const [trail] = resourcesOf(trailed, 'AWS::CloudTrail::Trail');
    const objects = (folder: string) => ({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [bucketOf({ accessLogs: 'trail' })?.id, 'Arn'] }, `/${folder}/`]],
    });
    const FieldSelectors = [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      { Field: 'resources.ARN', StartsWith: ['blacklist', 'cropped', 'processed', 'uploads'].map(objects) },
    ];
    expect(trail?.properties.AdvancedEventSelectors).toEqual([{ FieldSelectors }]);
    trailed.hasResource('AWS::CloudTrail::Trail', {
      DependsOn: [Match.stringLikeRegexp('^StorageAccessLogsPolicy')],
    });
  });
});

describe('the inbox', () => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue');
  const queue = queues.find(({ id }) => id.startsWith('InboxQueue'));
  const deadLetters = queues.find(({ id }) => id.startsWith('InboxDeadLetters'));

  test('what is put there becomes an event, and nothing else in the bucket does', () => {
    template.hasResource('AWS::S3::Bucket', {
      // S3 refuses a queue that does not accept its events yet.
      DependsOn: [Match.stringLikeRegexp('^InboxQueuePolicy')],
      Properties: {
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: { 'Fn::GetAtt': [queue?.id, 'Arn'] },
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'inbox/' }] } },
            },
          ],
        },
      },
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 's3.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  test('events are encrypted, and put aside for two weeks by the function alone, which leaves out the names', () => {
    const indexUpload = resourcesOf(template, 'AWS::Lambda::Function').find(({ id }) =>
      id.startsWith('Inbox'),
    );
    expect(queue?.properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
    for (const { properties } of queues) expect(properties.RedrivePolicy).toBeUndefined();
    expect(indexUpload?.properties.Environment).toMatchObject({
      Variables: { INBOX_DEAD_LETTERS_URL: { Ref: deadLetters?.id } },
    });
    expect(Number(queue?.properties.VisibilityTimeout)).toBeGreaterThanOrEqual(
      6 * Number(indexUpload?.properties.Timeout),
    );
    expect(deadLetters?.properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  test('of a batch, only what failed is tried again, and few batches run at once', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queue?.id, 'Arn'] },
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });
});

describe('match events', () => {
  const deadLetters = resourcesOf(template, 'AWS::SQS::Queue').find(({ id }) => id.startsWith('MatchEvents'));

  test('come from the records of matches in the table’s stream, again from the first that failed, for 12 hours', () => {
    const [table] = resourcesOf(template, 'AWS::DynamoDB::Table');
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [table?.id, 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10,
      FilterCriteria: {
        Filters: [
          {
            Pattern: Match.serializedJson({
              dynamodb: {
                Keys: { pk: { S: ['processed'] } },
                NewImage: { matched: { S: [{ exists: true }] } },
              },
            }),
          },
          {
            Pattern: Match.serializedJson({
              eventName: ['INSERT'],
              dynamodb: { Keys: { pk: { S: ['erasure'] } } },
            }),
          },
          {
            Pattern: Match.serializedJson({
              eventName: ['INSERT'],
              dynamodb: { Keys: { pk: { S: ['review-event'] } } },
            }),
          },
        ],
      },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1000,
      MaximumRecordAgeInSeconds: 12 * 3600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [deadLetters?.id, 'Arn'] } } },
    });
    expect(deadLetters?.properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  test('are mailed to nobody, unless -c alerts names somebody', () => {
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::KMS::Key', 0);
  });

  test.each([[{}], [{ kms: 'true' }]])(
    '-c alerts mails ids, names and similarities, by a role that may use the key: %o',
    (choices) => {
      const alerting = synthesize({ ...choices, alerts: 'mail@example.com' });
      const [topic, ...others] = resourcesOf(alerting, 'AWS::SNS::Topic');
      const [key, ...otherKeys] = resourcesOf(alerting, 'AWS::KMS::Key');
      expect([others, otherKeys]).toEqual([[], []]);
      expect(topic?.properties).toEqual({ KmsMasterKeyId: { 'Fn::GetAtt': [key?.id, 'Arn'] } });
      expect(key?.properties).toMatchObject({ EnableKeyRotation: true });
      expect(JSON.stringify(key?.properties.KeyPolicy)).not.toContain('"Service"');
      const [rule] = resourcesOf(alerting, 'AWS::Events::Rule').filter(({ id }) => id.includes('Mail'));
      const role = referenceOf((listOf(rule?.properties.Targets)[0] as { RoleArn: unknown }).RoleArn);
      alerting.hasResourceProperties('AWS::IAM::Policy', {
        Roles: [{ Ref: role }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Action: 'sns:Publish', Resource: { Ref: topic?.id } }),
            Match.objectLike({
              Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
              Resource: { 'Fn::GetAtt': [key?.id, 'Arn'] },
            }),
          ]),
        },
      });
      const trust = resourcesOf(alerting, 'AWS::IAM::Role').find(({ id }) => id === role)?.properties
        .AssumeRolePolicyDocument as { Statement: object[] };
      expect(trust.Statement).toEqual([
        expect.objectContaining({
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]);
      alerting.hasResourceProperties('AWS::SNS::Subscription', {
        Protocol: 'email',
        Endpoint: 'mail@example.com',
        TopicArn: { Ref: topic?.id },
      });
      alerting.hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Principal: '*',
              Action: 'sns:Publish',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ]),
        },
      });
      alerting.hasResourceProperties('AWS::Events::Rule', {
        EventPattern: { source: ['face-blacklist'], 'detail-type': ['face.matched'] },
        Targets: [
          Match.objectLike({
            Arn: { Ref: topic?.id },
            // It would hold the event, which names who was found.
            DeadLetterConfig: Match.absent(),
            InputTransformer: {
              InputPathsMap: {
                'detail-data-db_id': '$.detail.data.db_id',
                'detail-data-picture_id': '$.detail.data.picture_id',
                'detail-data-entries': '$.detail.data.entries',
              },
              InputTemplate:
                '{"found":<detail-data-entries>,"db_id":<detail-data-db_id>,"picture_id":<detail-data-picture_id>,' +
                '"note":"A match is a hint for a person to look at, not a verdict."}',
            },
          }),
        ],
      });
    },
  );
});

describe('watching it', () => {
  const metricOf = ({ Namespace, MetricName, Metrics }: Record<string, unknown>) =>
    MetricName === undefined
      ? (Metrics as { MetricStat?: { Metric: { MetricName: string } } }[]).flatMap(
          ({ MetricStat }) => MetricStat?.Metric.MetricName ?? [],
        )
      : [`${Namespace} ${MetricName}`];

  test('alarms tell of failed, slow and refused requests, of late work, of what was put aside, and of the sweep', () => {
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties);
    expect(alarms.flatMap(metricOf).sort()).toEqual([
      'AWS/ApiGateway 5XXError',
      'AWS/ApiGateway Latency',
      'AWS/Lambda IteratorAge',
      'AWS/Lambda Throttles',
      'AWS/SQS ApproximateAgeOfOldestMessage',
      'AWS/SQS ApproximateNumberOfMessagesVisible',
      'AWS/SQS ApproximateNumberOfMessagesVisible',
      'Errors',
      'SweepWarnings',
    ]);
    for (const alarm of alarms) expect(alarm.TreatMissingData).toBe('notBreaching');
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  test('there are ten alarms at most, and those of dead letters say how to bring them back', () => {
    const alerting = synthesize({ alerts: 'mail@example.com' });
    const count = (type: string) => resourcesOf(alerting, type).length;
    expect(count('AWS::CloudWatch::Alarm') + count('AWS::CloudWatch::CompositeAlarm')).toBeLessThanOrEqual(
      10,
    );
    const deadLetters = resourcesOf(alerting, 'AWS::CloudWatch::Alarm').filter(
      ({ properties }) => properties.MetricName === 'ApproximateNumberOfMessagesVisible',
    );
    expect(deadLetters).toHaveLength(2);
    for (const { properties } of deadLetters) {
      expect(properties.AlarmDescription).toContain('npm run redrive, see docs/aws.md#dead-letters');
    }
  });

  test('the dashboard shows what the functions themselves tell, of this stack alone', () => {
    const [dashboard] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
    const shown = textOf(dashboard?.properties.DashboardBody);
    const own = [...shown.matchAll(/service=\\*"(\w+)\\*" MetricName=\\*"(\w+)\\*"/g)].map(
      ([, service, name]) => [service, name],
    );
    const names = [
      'Pictures',
      'Faces',
      'Matches',
      'RekognitionCalls',
      'RekognitionThrottles',
      'Latency',
      'ColdStarts',
    ];
    expect(own).toEqual(names.map((name) => ['FaceBlacklist', name]));
  });

  test('-c alarmTopicArn: what is wrong is told there once, and each alarm is told by itself or by the composite one', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
    const telling = synthesize({ alarmTopicArn });
    const [composite, ...others] = resourcesOf(telling, 'AWS::CloudWatch::CompositeAlarm');
    expect(others).toEqual([]);
    expect(composite?.properties.AlarmActions).toEqual([alarmTopicArn]);
    const rule = JSON.stringify(composite?.properties.AlarmRule);
    for (const { id, properties } of resourcesOf(telling, 'AWS::CloudWatch::Alarm')) {
      const isPart = rule.includes(`"${id}"`);
      expect(properties.AlarmActions, id).toEqual(isPart ? undefined : [alarmTopicArn]);
    }
  });
});
