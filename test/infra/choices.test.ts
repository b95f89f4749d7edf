import { spawnSync } from 'node:child_process';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { ConfigError } from '../../lib/config.ts';
import { childEnvironment } from '../child-environment.ts';
import { findings, makeStack, synthesize } from './synthesize.ts';
import { policiesOf, resourcesOf } from './template.ts';

/**
 * The stack with default choices. It is made before the tests, because the first synthesis loads the CDK and
 * would take up their time.
 */
const standard = synthesize();
const collected = synthesize({ qualityFilter: 'none', collections: '3', collectionId: 'people' });

test.each([
  ['auth', 'basic', '-c auth takes iam, cognito or none'],
  ['waf', 'yes', '-c waf takes true or false'],
  ['keepMatchedDays', '0', '-c keepMatchedDays takes a whole number of days from 1 to 36500'],
  ['recoveryDays', '36', '-c recoveryDays takes a whole number of days from 1 to 35'],
  ['processedDays', '0', '-c processedDays takes a whole number of days from 1 to 3650'],
  ['rekognitionTps', 'many', '-c rekognitionTps takes a whole number from 1 to 10000'],
  ['similarity', '101', '-c similarity takes a number from 0 to 100'],
  ['minSimilarity', '49', '-c minSimilarity takes a number from 50 to 100'],
  ['similarity', '', '-c similarity takes a number from 0 to 100'],
  ['collectionId', 'a b', '-c collectionId takes the id of a collection'],
  ['collections', '0', '-c collections takes a whole number from 1 to 16'],
  [
    'iamRoles',
    'door=check',
    '-c iamRoles takes callers with their roles, separated by commas: user/NAME=ROLE',
  ],
  ['qualityFilter', 'high', '-c qualityFilter takes auto or none'],
  ['corsOrigins', '*', '-c corsOrigins takes origins such as https://example.com'],
  ['corsOrigins', 'ftp://files.example', '-c corsOrigins takes origins such as https://example.com'],
  ['alarmTopicArn', 'alarms', '-c alarmTopicArn takes the ARN of an SNS topic'],
  ['alerts', 'Jane Roe', '-c alerts takes an e-mail address'],
  ['alerts', '', '-c alerts takes an e-mail address'],
  ['kms', 'alias/mine', '-c kms takes true, false or the ARN of a key'],
  ['bucketName', 'Pictures', '-c bucketName takes the name of a bucket'],
  ['tableName', '', '-c tableName takes the name of a table'],
  ['accessLogs', 'true', '-c accessLogs takes none, trail or s3'],
  ['gatewayLogRole', 'mine', '-c gatewayLogRole takes account, new or none'],
  ['reservedConcurrency', '1', '-c reservedConcurrency takes 0, or a whole number from 2 to 400'],
  ['provisionedConcurrency', '', '-c provisionedConcurrency takes a whole number from 0 to 400'],
  ['atuh', 'cognito', '-c atuh is no setting. There are: auth, '],
  ['iamRole', 'role/door=check', '-c iamRole is no setting. Did you mean iamRoles?'],
  ['iam-roles', 'role/door=check', '-c iam-roles is no setting. Did you mean iamRoles?'],
  ['firewall', 'true', '-c firewall is no setting. There are: auth, '],
  ['expiredDays', '', '-c expiredDays takes a whole number of days from 0 to 3650'],
])('-c %s=%s is refused in words', (name, value, words) => {
  expect(() => makeStack({ [name]: value })).toThrow(words);
});

test('what cdk synth runs tells a ConfigError in one line, without a stack trace', () => {
  expect(() => makeStack({ auth: 'iamm' })).toThrow(ConfigError);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['infra/app.ts'], {
    env: { ...childEnvironment, CDK_CONTEXT_JSON: JSON.stringify({ auth: 'iamm' }) },
    encoding: 'utf8',
  });
  expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: '' });
  expect(stderr.split('\n')).toEqual(["-c auth takes iam, cognito or none, not 'iamm'.", '']);
});

test("names of the CDK's own are no settings of ours, and are let through", () => {
  const own = {
    'cli-telemetry': 'false',
    '@aws-cdk/core:x': 'true',
    'aws:cdk:y': 'true',
    'availability-zones:z': 'a',
  };
  expect(() => makeStack(own)).not.toThrow();
});

test('-c qualityFilter is what every function that enrolls goes by; without it, what the service takes', () => {
  const enrolling = ['ApiCreateEntry', 'ApiAddImages', 'InboxIndexUpload'];
  const filters = (template: typeof standard) =>
    resourcesOf(template, 'AWS::Lambda::Function')
      .filter(({ id }) => enrolling.includes(id.slice(0, -8)))
      .map(({ properties }) => (properties.Environment as { Variables: Record<string, string> }).Variables)
      .map((variables) => variables.QUALITY_FILTER);
  expect(filters(collected)).toEqual(enrolling.map(() => 'none'));
  expect(filters(standard)).toEqual(enrolling.map(() => undefined));
});

test('-c collections spreads the faces over so many, which every function knows and may use; 1 changes nothing', () => {
  const counts = (template: typeof standard) =>
    new Set(
      resourcesOf(template, 'AWS::Lambda::Function')
        .map(
          ({ properties }) => (properties.Environment as { Variables?: Record<string, string> })?.Variables,
        )
        .filter((variables) => variables?.AWS_REKOGNITION_COLLECTION_ID !== undefined)
        .map((variables) => variables?.REKOGNITION_COLLECTIONS),
    );
  expect(counts(standard)).toEqual(new Set([undefined]));
  expect(counts(collected)).toEqual(new Set(['3']));
  const statements = policiesOf(collected)
    .flatMap((policy) => policy.statements)
    .map((statement) => JSON.stringify(statement));
  // The faces kept for a look-back have a collection of their own.
  const search = statements.filter((statement) => /:collection\/people(?!-look-back)/.test(statement));
  expect(search.length).toBeGreaterThan(5);
  for (const statement of search) {
    for (const id of ['people', 'people_2', 'people_3']) expect(statement).toContain(`:collection/${id}"`);
    expect(statement).not.toContain('people_4');
    // A picture is listed in one collection, and searched for in the others.
    if (statement.includes('SearchFaces"')) expect(statement).toContain('rekognition:SearchFacesByImage');
  }
});

test.each([
  [{}, []],
  [{ auth: 'cognito' }, ['UserPoolClientId', 'UserPoolId']],
  [{ auth: 'cognito', console: 'true' }, ['ConsoleUrl', 'UserPoolClientId', 'UserPoolId']],
  [{ apiKey: 'true' }, ['ApiKeyId']],
])('the outputs say, by names that are known before, where everything is: %o', (choices, more) => {
  const always = [
    ...['ApiUrl', 'BucketName', 'CollectionId', 'InboxDeadLettersUrl', 'InboxQueueUrl', 'InboxUri'],
    ...['MatchDeadLettersUrl', 'TableName'],
  ];
  expect(Object.keys(synthesize(choices).findOutputs('*')).sort()).toEqual([...always, ...more].sort());
});

test.each([
  ['iam', 0],
  ['cognito', 0],
  ['none', 1],
])('-c auth=%s gives so many warnings that anybody may call: %i', (auth, count) => {
  const warnings = Annotations.fromStack(makeStack({ auth })).findWarning(
    '*',
    Match.stringLikeRegexp('anyone on the internet'),
  );
  expect(warnings).toHaveLength(count);
});

test.each([
  [{}],
  [{ auth: 'cognito', apiKey: 'true', waf: 'true', kms: 'true', corsOrigins: 'https://console.example' }],
  [
    {
      ...{ auth: 'none', corsOrigins: 'https://a.example,https://b.example', alerts: 'mail@example.com' },
      accessLogs: 'trail',
    },
  ],
  [
    {
      ...{ alerts: 'mail@example.com', accessLogs: 's3', kms: 'true', canary: 'true' },
      ...{ provisionedConcurrency: '2', gatewayLogRole: 'new' },
    },
  ],
  [{ gatewayLogRole: 'none', kms: 'arn:aws:kms:eu-west-1:123456789012:key/1a2b' }],
])('cdk-nag (AwsSolutions) finds nothing without a written reason: %o', (choices) => {
  expect(findings(makeStack(choices))).toEqual([]);
});

test('cdk-nag finds what has no reason', () => {
  const stack = makeStack();
  new Bucket(stack, 'Careless');
  expect(findings(stack)).toEqual([
    expect.stringMatching(/^AwsSolutions-S1 .*Careless/),
    expect.stringMatching(/^AwsSolutions-S10 .*Careless/),
  ]);
});
