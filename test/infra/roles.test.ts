import { expect, test } from 'vitest';
import { functionNeeds } from '../../infra/needs.ts';
import { refusedEndpoints } from '../../infra/refused-endpoints.ts';
import { api } from '../../lib/contract/api.ts';
import { synthesize } from './synthesize.ts';
import { listOf, policiesOf, referenceOf, resourcesOf, textOf } from './template.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const ownTraces = ['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *'];
const ownLog = ['logs:CreateLogStream own log', 'logs:PutLogEvents own log'];

const collectionArn = 'arn:AWS::Partition:rekognition:AWS::Region:AWS::AccountId:collection/FaceBlacklist';
const eventBusArn = 'arn:AWS::Partition:events:AWS::Region:AWS::AccountId:event-bus/default';

/** Lists what the role of each function allows, with one line for each action and resource. */
function allowed(choices: Readonly<Record<string, string>> = {}): Map<string, string[]> {
  const template = synthesize(choices);
  const names = namesOf(template);
  const policies = policiesOf(template);
  const lines = new Map<string, string[]>();
  for (const { id, properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
    const role = referenceOf(properties.Role);
    const log = referenceOf((properties.LoggingConfig as { LogGroup: unknown }).LogGroup);
    const statements = policies
      .filter((policy) => policy.roles.includes(role))
      .flatMap((policy) => policy.statements as unknown as Statement[]);
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
    ...named('AWS::SQS::Queue', 'InboxDeadLetters', 'inbox dead letters'),
    ...named('AWS::SQS::Queue', 'MatchEventsDeadLetters', 'match dead letters'),
    ...named('AWS::KMS::Key', 'StorageKey', 'key'),
  ]);
}

/** Finds a function's name in its id: `ApiGetEntry1A2B3C4D` is getEntry. */
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

/** Functions that add faces, or restore lost ones. */
const enrolling = ['addImages', 'createEntry', 'indexUpload', 'mergeEntry', 'sweep'];
const deleting = ['deleteEntry', 'deleteImage'];

const roles = allowed();

/** Names the functions whose role has such a line, in alphabetical order. */
function mayDo(line: RegExp): string[] {
  return [...roles].flatMap(([name, lines]) => (lines.some((one) => line.test(one)) ? [name] : [])).sort();
}

test('each function has a role of its own, and writes its own log', () => {
  expect([...roles.keys()].sort()).toEqual(Object.keys(functionNeeds).sort());
  const users = resourcesOf(synthesize(), 'AWS::Lambda::Function').map(({ properties }) =>
    referenceOf(properties.Role),
  );
  expect(new Set(users).size).toBe(users.length);
  for (const [name, lines] of roles) {
    expect(lines, name).toEqual(expect.arrayContaining([...ownLog, ...ownTraces]));
    expect(lines.filter((line) => line.startsWith('logs:')).length, name).toBe(ownLog.length);
  }
});

test('no function may delete or change the table, the bucket, the collection, a queue, a key or a right', () => {
  const harmless = [
    /^dynamodb:(BatchGetItem|ConditionCheckItem|DeleteItem|DescribeStream|GetRecords|GetShardIterator|ListStreams|PutItem|Query|UpdateItem) /,
    /^s3:(DeleteObject|DeleteObjectVersion|GetObject|ListBucket|ListBucketVersions|PutObject) /,
    /^rekognition:(CompareFaces|CreateCollection|DeleteFaces|DescribeCollection|DetectFaces|IndexFaces|ListFaces|SearchFaces|SearchFacesByImage) /,
    /^sqs:(ChangeMessageVisibility|DeleteMessage|GetQueueAttributes|GetQueueUrl|ReceiveMessage|SendMessage) /,
    /^events:PutEvents /,
    /^logs:(CreateLogStream|PutLogEvents) /,
    /^xray:(PutTelemetryRecords|PutTraceSegments) /,
  ];
  for (const [name, lines] of roles) {
    expect(
      lines.filter((line) => !harmless.some((one) => one.test(line))),
      name,
    ).toEqual([]);
  }
});

test('a resource is named wherever IAM knows one', () => {
  const everywhere = [...roles.values()].flat().filter((line) => / \*( if |$)/.test(line));
  expect([...new Set(everywhere)].sort()).toEqual([
    'dynamodb:ListStreams *',
    'rekognition:CompareFaces *',
    'rekognition:DetectFaces *',
    'xray:PutTelemetryRecords *',
    'xray:PutTraceSegments *',
  ]);
});

test('only enrolling functions may index faces or put reference pictures; only they and deleting ones may remove them', () => {
  expect(mayDo(/^rekognition:IndexFaces /)).toEqual(enrolling);
  expect(mayDo(/^rekognition:CreateCollection /)).toEqual(enrolling);
  expect(mayDo(/^s3:PutObject bucket\/blacklist\/\*$/)).toEqual(enrolling.filter((name) => name !== 'sweep'));
  const removing = [...enrolling, ...deleting].sort();
  expect(mayDo(/^rekognition:DeleteFaces collection$/)).toEqual(removing);
  expect(mayDo(/^s3:DeleteObject bucket\/blacklist\/\*$/)).toEqual(removing);
});

test('only a stack that keeps faces for a look-back may add and search them; every one may remove them', () => {
  const lookBackOf = (of: ReadonlyMap<string, readonly string[]>) =>
    [...of].flatMap(([name, lines]) =>
      lines
        .filter((line) => line.endsWith('collection-look-back'))
        .map((line) => `${name} ${line.split(' ')[0]?.replace('rekognition:', '')}`),
    );
  const linesOfRoles = (wanted: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(wanted)
      .flatMap(([name, actions]) => actions.map((action) => `${name} ${action}`))
      .sort();
  const erasing = ['DeleteFaces', 'DescribeCollection', 'ListFaces', 'SearchFacesByImage'];
  const searching = ['DescribeCollection', 'SearchFacesByImage'];
  const removing = {
    deleteEntry: erasing,
    deleteManyProcessed: ['DeleteFaces'],
    deleteProcessed: ['DeleteFaces'],
    indexUpload: erasing,
    sweep: erasing,
  };
  expect(lookBackOf(roles).sort()).toEqual(linesOfRoles(removing));
  expect(roles.has('lookBack')).toBe(false);
  const withLookBack = allowed({ lookBackDays: '7' });
  const keeping = {
    createEntry: searching,
    lookBack: searching,
    processImages: ['CreateCollection', 'DeleteFaces', 'IndexFaces'],
    searchHistory: ['DescribeCollection', 'ListFaces', 'SearchFacesByImage'],
  };
  expect(lookBackOf(withLookBack).sort()).toEqual(linesOfRoles({ ...removing, ...keeping }));
  // Everything else is as it was.
  for (const [name, lines] of roles) {
    const added = withLookBack.get(name)?.filter((line) => !lines.includes(line)) ?? [];
    const others = added.filter((line) => !line.endsWith('collection-look-back'));
    expect(others, name).toEqual([]);
  }
  expect(() => synthesize({ lookBackDays: '31' })).toThrow(/takes at most 30/);
});

test('no function that answers requests may list the inbox but those that erase, and the health check', () => {
  expect(mayDo(/^s3:ListBucket bucket$/)).toEqual(['health', 'indexUpload', 'status', 'sweep']);
  expect(mayDo(/^s3:ListBucket bucket if .*inbox/)).toEqual(['deleteEntry', 'mergeEntry']);
  for (const [name, lines] of roles) {
    const list = lines.find((line) => line.startsWith('s3:ListBucket bucket if '));
    if (list)
      expect(list, name).toMatch(/^s3:ListBucket bucket if \{"StringLike":\{"s3:prefix":\[?"[a-z]+\/\*"/);
  }
});

test('each function that changes entries may undo what it began', () => {
  for (const name of [...enrolling, ...deleting]) {
    const lines = roles.get(name);
    expect(lines, name).toEqual(
      expect.arrayContaining([
        'dynamodb:ConditionCheckItem table',
        'dynamodb:DeleteItem table',
        'dynamodb:Query table',
        'dynamodb:UpdateItem table',
        's3:DeleteObject bucket/blacklist/*',
        'rekognition:DeleteFaces collection',
      ]),
    );
  }
});

test('requests that only read may change nothing, but keep smaller pictures beside those that they show', () => {
  const reading = api.filter(({ method }) => method === 'GET').map(({ operationId }) => operationId);
  expect(reading.length).toBeGreaterThan(5);
  const changing = mayDo(
    /^(dynamodb:(ConditionCheck|Delete|Put|Update)|s3:(Delete|Put)|rekognition:(Create|Delete|Index)|events:|sqs:)/,
  );
  // But the line that tells of them.
  const lineOfAudit = /"dynamodb:LeadingKeys":\["audit","audit#\*"\]/;
  const isReading = (name: string) =>
    (roles.get(name) ?? []).every((line) => !/^dynamodb:(Put|Update)/.test(line) || lineOfAudit.test(line));
  expect(changing.filter((name) => reading.includes(name) && !isReading(name))).toEqual([]);
  const changes = /^(dynamodb:(ConditionCheck|Delete)|s3:(Delete|Put))/;
  const changesOf = (name: string) => (roles.get(name) ?? []).filter((line) => changes.test(line));
  const smaller = (folder: string) =>
    ['DeleteObject', 'DeleteObjectVersion', 'PutObject'].map(
      (action) => `s3:${action} bucket/${folder}/*.small-*`,
    );
  expect(
    Object.fromEntries(
      reading.filter((name) => changesOf(name).length > 0).map((name) => [name, changesOf(name)]),
    ),
  ).toEqual({
    getImage: smaller('blacklist'),
    getProcessedImage: [...smaller('cropped'), ...smaller('processed')].sort(),
  });
});

test('each function that tells of somebody may write the line of it, and no other one', () => {
  const audited = api
    .map(({ operationId, unaudited }) => (unaudited ? '' : operationId))
    .filter((name) => name !== '' && !(name in refusedEndpoints));
  expect(audited.length).toBeGreaterThan(15);
  expect(mayDo(/^dynamodb:PutItem table if .*"audit#\*"/)).toEqual([...audited].sort());
});

test('no function reaches objects outside the folders that it is for', () => {
  const objects = [...roles.values()].flat().filter((line) => /^s3:\w+Object(Version)? /.test(line));
  const folders = '(blacklist|cropped|inbox|inbox-notes|processed|rejected|uploads)/\\*';
  const smaller = '(blacklist|cropped|processed)/\\*\\.small-\\*';
  const place = new RegExp(`^s3:\\w+ bucket/(${folders}|${smaller}|face-blacklist-owner)$`);
  expect(objects.filter((line) => !place.test(line))).toEqual([]);
  // Clients put uploads there by a form, which has the rights of the function that made it.
  expect(mayDo(/^s3:PutObject bucket\/uploads/)).toEqual(['createProcessUpload']);
  expect(mayDo(/^s3:PutObject bucket\/inbox\//)).toEqual(['createEntryUpload']);
  expect(mayDo(/^s3:(Delete|Put)Object bucket\/face-blacklist-owner/)).toEqual(['sweep']);
});

test('only the function for match events may publish, and those of this service alone', () => {
  expect(mayDo(/^events:/)).toEqual(['publishMatches']);
  expect(roles.get('publishMatches')).toContain(
    'events:PutEvents event bus if {"StringEquals":{"events:source":"face-blacklist","events:detail-type":["face.matched","entry.deleted","match.reviewed"]}}',
  );
});

test('only the functions that put something aside may send to a queue, each to its own dead letters', () => {
  const sending = [...roles].flatMap(([name, lines]) =>
    lines.filter((line) => line.startsWith('sqs:SendMessage ')).map((line) => `${name} ${line}`),
  );
  expect(sending.sort()).toEqual([
    'indexUpload sqs:SendMessage inbox dead letters',
    'publishMatches sqs:SendMessage match dead letters',
  ]);
});

test('functions that answer without any data may reach none', () => {
  for (const name of ['welcome', 'openApi', 'docs', 'docsAsset']) {
    expect(roles.get(name), name).toEqual([...ownLog, ...ownTraces].sort());
  }
});

test('no role has an action with a wildcard, or a policy of AWS with many', () => {
  const template = synthesize({ kms: 'true', auth: 'cognito', waf: 'true', gatewayLogRole: 'new' });
  const statements = policiesOf(template).flatMap((policy) => policy.statements as unknown as Statement[]);
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
  expect(keyActions('health')).toEqual(['Decrypt', 'DescribeKey']);
  expect(keyActions('publishMatches')).toEqual(['Decrypt', 'DescribeKey']);
  // Also whoever only reads writes the line that tells of it.
  for (const name of ['createEntry', 'createProcessUpload', 'detectFaces', 'getEntry']) {
    expect(keyActions(name), name).toEqual([
      'Decrypt',
      'DescribeKey',
      'Encrypt',
      'GenerateDataKey',
      'ReEncryptFrom',
      'ReEncryptTo',
    ]);
  }
  expect(keyActions('welcome')).toEqual([]);
});
