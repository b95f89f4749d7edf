import { expect, test } from 'vitest';
import { functionNeeds } from '../../infra/needs.ts';
import { synthesize } from './synthesize.ts';
import { listOf, referenceOf, resourcesOf, textOf } from './template.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const readTable = ['dynamodb:BatchGetItem table', 'dynamodb:Query table'];
const writeTable = [
  ...readTable,
  'dynamodb:ConditionCheckItem table',
  'dynamodb:DeleteItem table',
  'dynamodb:PutItem table',
  'dynamodb:UpdateItem table',
];
const enroll = [
  'rekognition:CreateCollection collection',
  'rekognition:DeleteFaces collection',
  'rekognition:IndexFaces collection',
];
const enrollAndCompare = [...enroll, 'rekognition:SearchFaces collection'];
const readPictures = ['blacklist', 'cropped', 'inbox', 'processed', 'uploads'].map(
  (folder) => `s3:GetObject bucket/${folder}/*`,
);
const listReferences = 's3:ListBucket bucket if {"StringLike":{"s3:prefix":["blacklist/*"]}}';

const lookAround = [
  ...readTable,
  's3:ListBucket bucket',
  'rekognition:DescribeCollection collection',
  'rekognition:DetectFaces *',
];

/** All that each function may do, besides writing its own log and traces. */
const expected: Record<string, string[]> = {
  processImages: [
    ...writeTable,
    ...readPictures,
    's3:DeleteObject bucket/cropped/*',
    's3:DeleteObject bucket/processed/*',
    's3:PutObject bucket/cropped/*',
    's3:PutObject bucket/processed/*',
    'rekognition:DetectFaces *',
    'rekognition:SearchFacesByImage collection',
  ],
  createProcessUpload: ['s3:PutObject bucket/uploads/*'],
  listProcessed: readTable,
  getProcessed: readTable,
  getProcessedImage: [
    ...readTable,
    's3:GetObject bucket/cropped/*',
    's3:GetObject bucket/processed/*',
    's3:ListBucket bucket',
  ],
  detectFaces: [...readPictures, 'rekognition:DetectFaces *'],
  verify: [...readPictures, 'rekognition:CompareFaces *', 'rekognition:DetectFaces *'],
  verifyEntry: [
    ...readTable,
    ...readPictures,
    'rekognition:CompareFaces *',
    'rekognition:DetectFaces *',
    'rekognition:SearchFacesByImage collection',
  ],
  createEntry: [
    ...writeTable,
    's3:DeleteObject bucket/blacklist/*',
    's3:PutObject bucket/blacklist/*',
    listReferences,
    ...enrollAndCompare,
  ],
  listEntries: readTable,
  getEntry: readTable,
  updateEntry: writeTable,
  deleteEntry: [
    ...writeTable,
    's3:DeleteObject bucket/blacklist/*',
    listReferences,
    'rekognition:DeleteFaces collection',
  ],
  addImages: [
    ...writeTable,
    's3:DeleteObject bucket/blacklist/*',
    's3:PutObject bucket/blacklist/*',
    ...enrollAndCompare,
  ],
  listImages: readTable,
  getImage: [...readTable, 's3:GetObject bucket/blacklist/*', 's3:ListBucket bucket'],
  deleteImage: [...writeTable, 's3:DeleteObject bucket/blacklist/*', 'rekognition:DeleteFaces collection'],
  createEntryUpload: [...readTable, 's3:PutObject bucket/inbox/*'],
  welcome: [],
  health: lookAround,
  status: lookAround,
  openApi: [],
  docs: [],
  docsAsset: [],
  indexUpload: [
    ...writeTable,
    's3:DeleteObject bucket/blacklist/*',
    's3:DeleteObject bucket/inbox/*',
    's3:DeleteObject bucket/inbox-notes/*',
    's3:GetObject bucket/inbox/*',
    's3:GetObject bucket/inbox-notes/*',
    's3:PutObject bucket/blacklist/*',
    's3:PutObject bucket/inbox-notes/*',
    's3:PutObject bucket/rejected/*',
    's3:ListBucket bucket',
    ...enrollAndCompare,
    'sqs:ChangeMessageVisibility queue',
    'sqs:DeleteMessage queue',
    'sqs:GetQueueAttributes queue',
    'sqs:GetQueueUrl queue',
    'sqs:ReceiveMessage queue',
  ],
  publishMatches: [
    'dynamodb:BatchGetItem table',
    'dynamodb:DescribeStream table',
    'dynamodb:GetRecords table',
    'dynamodb:GetShardIterator table',
    'dynamodb:ListStreams *',
    'events:PutEvents event bus if {"StringEquals":{"events:source":"face-blacklist","events:detail-type":"face.matched"}}',
    'sqs:GetQueueAttributes match dead letters',
    'sqs:GetQueueUrl match dead letters',
    'sqs:SendMessage match dead letters',
  ],
  sweep: [
    ...writeTable,
    's3:DeleteObject bucket/blacklist/*',
    's3:DeleteObject bucket/cropped/*',
    's3:DeleteObject bucket/processed/*',
    's3:GetObject bucket/blacklist/*',
    's3:GetObject bucket/face-blacklist-owner',
    's3:PutObject bucket/face-blacklist-owner',
    's3:ListBucket bucket',
    ...enroll,
    'rekognition:DescribeCollection collection',
    'rekognition:ListFaces collection',
  ],
};

const ownTraces = ['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *'];
const ownLog = ['logs:CreateLogStream own log', 'logs:PutLogEvents own log'];

const collectionArn = 'arn:AWS::Partition:rekognition:AWS::Region:AWS::AccountId:collection/FaceBlacklist';
const eventBusArn = 'arn:AWS::Partition:events:AWS::Region:AWS::AccountId:event-bus/default';

/** What the role of each function allows, one line for each action and resource. */
function allowed(choices: Readonly<Record<string, string>> = {}): Map<string, string[]> {
  const template = synthesize(choices);
  const names = namesOf(template);
  const policies = resourcesOf(template, 'AWS::IAM::Policy');
  const lines = new Map<string, string[]>();
  for (const { id, properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
    const role = referenceOf(properties.Role);
    const log = referenceOf((properties.LoggingConfig as { LogGroup: unknown }).LogGroup);
    const statements = policies
      .filter((policy) => listOf(policy.properties.Roles).some((one) => referenceOf(one) === role))
      .flatMap((policy) => (policy.properties.PolicyDocument as { Statement: Statement[] }).Statement);
    lines.set(nameOf(id), linesOf(statements, { ...names, [log]: 'own log' }).sort());
  }
  return lines;
}

function namesOf(template: ReturnType<typeof synthesize>): Record<string, string> {
  const named = (type: string, prefix: string, name: string) =>
    resourcesOf(template, type)
      .filter(({ id }) => id.startsWith(prefix))
      .map(({ id }) => [id, name]);
  return Object.fromEntries([
    ...named('AWS::DynamoDB::Table', 'StorageTable', 'table'),
    ...named('AWS::S3::Bucket', 'StorageBucket', 'bucket'),
    ...named('AWS::SQS::Queue', 'InboxQueue', 'queue'),
    ...named('AWS::SQS::Queue', 'MatchEventsDeadLetters', 'match dead letters'),
    ...named('AWS::KMS::Key', 'StorageKey', 'key'),
  ]);
}

/** `ApiGetEntry1A2B3C4D` is getEntry. */
function nameOf(functionId: string): string {
  const name = functionId.replace(/^(Api|InboxIndex|MatchEvents|SweepSchedule)/, (scope) =>
    scope === 'InboxIndex' ? 'Index' : '',
  );
  return name.charAt(0).toLowerCase() + name.slice(1, -8);
}

function linesOf(statements: readonly Statement[], names: Readonly<Record<string, string>>): string[] {
  return statements.flatMap(({ Effect, Action, Resource, Condition }) => {
    expect(Effect).toBe('Allow');
    const condition = Condition ? ` if ${JSON.stringify(Condition)}` : '';
    return listOf(Resource).flatMap((resource) => {
      const text = textOf(resource, names)
        .replace(collectionArn, 'collection')
        .replace(eventBusArn, 'event bus');
      return listOf(Action).map((action) => `${action} ${text}${condition}`);
    });
  });
}

test('each function has a role of its own that allows what it needs and nothing else', () => {
  const roles = allowed();
  expect([...roles.keys()].sort()).toEqual(Object.keys(functionNeeds).sort());
  for (const [name, lines] of roles) {
    expect(lines, name).toEqual([...(expected[name] ?? []), ...ownLog, ...ownTraces].sort());
  }
  const users = resourcesOf(synthesize(), 'AWS::Lambda::Function').map(({ properties }) =>
    referenceOf(properties.Role),
  );
  expect(new Set(users).size).toBe(users.length);
});

test('no role has an action with a wildcard, or a policy of AWS with many', () => {
  const template = synthesize({ kms: 'true', auth: 'cognito', waf: 'true' });
  const statements = resourcesOf(template, 'AWS::IAM::Policy').flatMap(
    ({ properties }) => (properties.PolicyDocument as { Statement: Statement[] }).Statement,
  );
  expect(statements.length).toBeGreaterThan(20);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  const managed = resourcesOf(template, 'AWS::IAM::Role').filter(
    ({ properties }) => properties.ManagedPolicyArns,
  );
  expect(managed.map(({ id }) => id)).toEqual([expect.stringMatching(/^ApiRestApiCloudWatchRole/)]);
});

test('with a key of its own, functions may use it as far as they use what it encrypts', () => {
  const roles = allowed({ kms: 'true' });
  const keyActions = (name: string) =>
    roles
      .get(name)
      ?.flatMap((line) => (line.endsWith(' key') ? line.slice('kms:'.length, -' key'.length) : []));
  expect(keyActions('getEntry')).toEqual(['Decrypt', 'DescribeKey']);
  expect(keyActions('createProcessUpload')).toEqual(['Decrypt', 'GenerateDataKey']);
  expect(keyActions('detectFaces')).toEqual(['Decrypt']);
  expect(keyActions('publishMatches')).toEqual(['Decrypt', 'DescribeKey']);
  expect(keyActions('createEntry')).toEqual([
    'Decrypt',
    'DescribeKey',
    'Encrypt',
    'GenerateDataKey',
    'ReEncryptFrom',
    'ReEncryptTo',
  ]);
  expect(keyActions('welcome')).toEqual([]);
});
