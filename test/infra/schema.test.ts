import { CfnResource } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { loadResourceSchemas } from './resource-schema.ts';
import { makeStack, synthesize } from './synthesize.ts';

/** All choices that add something, in as few stacks as can have them. */
const optionSets: readonly Readonly<Record<string, string>>[] = [
  {},
  {
    auth: 'cognito',
    apiKey: 'true',
    waf: 'true',
    kms: 'true',
    corsOrigins: 'https://console.example',
    alerts: 'mail@example.com',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
    canary: 'true',
    provisionedConcurrency: '3',
    reservedConcurrency: '2',
    gatewayLogRole: 'new',
    processedDays: '30',
    accessLogs: 'trail',
    stripMetadata: 'false',
    expiredDays: '1',
  },
  {
    auth: 'cognito',
    console: 'true',
    waf: 'true',
    kms: 'true',
    alerts: 'mail@example.com',
    canary: 'true',
    provisionedConcurrency: '3',
    reservedConcurrency: '2',
    gatewayLogRole: 'new',
    lookBackDays: '7',
    collections: '16',
    corsOrigins: 'https://console.example',
    accessLogs: 'trail',
    processedDays: '30',
  },
  {
    auth: 'none',
    alerts: 'mail@example.com',
    gatewayLogRole: 'none',
    tableName: 'Records-of-Old',
    bucketName: 'pictures-of-old',
    logsBucketName: 'logs-of-old',
    accessLogs: 's3',
    kms: 'arn:aws:kms:eu-west-1:123456789012:key/1a2b',
    anyRegion: 'true',
    provisionedConcurrency: '1',
  },
];
const templates = optionSets.map((choices) => synthesize(choices));
const schemas = await loadResourceSchemas();

/** CloudFormation takes 500; the rest is for what is still to come. */
const maxResources = 400;

interface Statement {
  readonly Effect: string;
  readonly Principal?: { readonly Service?: unknown };
  readonly Condition?: object;
}

/** Lists the statements of all policies of resources, with the id of the resource. */
function statementsOf(template: Template): (readonly [string, Statement])[] {
  const { Resources: resources } = template.toJSON() as {
    Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  };
  return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    // A role's trust is of another kind: it says who gets the role, and not who may use something.
    const policy = (Properties.KeyPolicy ??
      (Type.startsWith('AWS::IAM') ? undefined : Properties.PolicyDocument)) as
      | { Statement: Statement[] }
      | undefined;
    return (policy?.Statement ?? []).map((statement) => [id, statement] as const);
  });
}

describe.each(optionSets.map((choices, index) => [Object.keys(choices).join(' '), index] as const))(
  'with the choices: %s',
  (_, index) => {
    const template = templates[index] as Template;

    test('every resource is as CloudFormation’s own schemas want it', () => {
      expect(schemas.faultsOf(template)).toEqual([]);
    });

    test(`there are ${maxResources} resources at most`, () => {
      expect(Object.keys(template.toJSON().Resources).length).toBeLessThanOrEqual(maxResources);
    });

    test('no role has more in itself than IAM takes', () => {
      const roles = Object.values(template.findResources('AWS::IAM::Role'));
      const sizes = roles.map(({ Properties }) => JSON.stringify(Properties.Policies ?? []).length);
      expect(Math.max(...sizes)).toBeGreaterThan(1_000);
      expect(Math.max(...sizes)).toBeLessThan(10_240);
    });

    test('no service of AWS is let in on behalf of other accounts', () => {
      const services = statementsOf(template).filter(
        ([, { Effect, Principal }]) => Effect === 'Allow' && Principal?.Service !== undefined,
      );
      expect(services.length).toBeGreaterThan(0);
      const unconditioned = services.filter(
        ([, { Condition }]) => !/aws:Source(Arn|Account)/.test(JSON.stringify(Condition ?? {})),
      );
      expect(unconditioned).toEqual([]);
      for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Permission'))) {
        expect(Properties).toHaveProperty('SourceArn');
      }
    });
  },
);

test('the check finds what a schema does not allow', () => {
  const stack = makeStack();
  const add = (id: string, type: string, properties: object) =>
    new CfnResource(stack, id, { type, properties: { ...properties } });
  add('Unknown', 'AWS::Lambda::Funktion', {});
  add('Misspelt', 'AWS::SQS::Queue', { FifoQueue: true, VisibilityTimout: 5 });
  add('Incomplete', 'AWS::Lambda::EventSourceMapping', {});
  add('Mistaken', 'AWS::Logs::LogGroup', { RetentionInDays: 'many' });
  const faults = schemas.faultsOf(Template.fromStack(stack));
  expect(faults).toEqual([
    'Unknown is of the type AWS::Lambda::Funktion, which CloudFormation does not know',
    'Misspelt has no VisibilityTimout',
    'Incomplete lacks FunctionName',
    expect.stringMatching(/^Mistaken\.RetentionInDays is no integer: "many"$/),
  ]);
});
