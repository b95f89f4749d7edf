import { readFileSync } from 'node:fs';
import { FLAGS } from 'aws-cdk-lib/cx-api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { regionsKnownOn, rekognitionRegions } from '../../infra/regions.ts';
import { ConfigError } from '../../lib/config.ts';
import { makeStack, synthesize } from './synthesize.ts';
import { listOf, policiesOf, resourcesOf, textOf } from './template.ts';

const template = synthesize();

describe('the region', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each(['eu-north-1', 'af-south-1', 'cn-north-1'])(
    '%s is refused, with those that would do',
    (region) => {
      vi.stubEnv('CDK_DEFAULT_REGION', region);
      expect(() => makeStack()).toThrow(ConfigError);
      expect(() => makeStack()).toThrow(`The region ${region} has no Amazon Rekognition.`);
      expect(() => makeStack()).toThrow(`${rekognitionRegions.join(', ')} (as of ${regionsKnownOn})`);
    },
  );

  test('without Rekognition is taken with -c anyRegion=true', () => {
    vi.stubEnv('CDK_DEFAULT_REGION', 'eu-north-1');
    expect(() => makeStack({ anyRegion: 'true' })).not.toThrow();
  });

  test.each(['eu-west-1', 'us-gov-west-1'])('%s is taken', (region) => {
    vi.stubEnv('CDK_DEFAULT_REGION', region);
    expect(() => makeStack()).not.toThrow();
  });

  test('is asserted by the template too, for whoever deploys it by other means', () => {
    const { Rules } = template.toJSON() as { Rules: Record<string, { Assertions: { Assert: object }[] }> };
    const [assertion] = Rules.RegionHasRekognition?.Assertions ?? [];
    expect(assertion?.Assert).toEqual({ 'Fn::Contains': [rekognitionRegions, { Ref: 'AWS::Region' }] });
    expect(synthesize({ anyRegion: 'true' }).toJSON().Rules?.RegionHasRekognition).toBeUndefined();
  });
});

describe('a first deployment that fails', () => {
  const everything = synthesize({
    auth: 'cognito',
    console: 'true',
    kms: 'true',
    gatewayLogRole: 'new',
    alerts: 'mail@example.com',
    waf: 'true',
  });
  const resources = Object.entries(
    everything.toJSON().Resources as Record<
      string,
      { Type: string; DeletionPolicy?: string; DependsOn?: unknown }
    >,
  );

  test('leaves nothing behind: what outlives the stack does not outlive its first creation', () => {
    const kept = resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate');
    expect(new Set(kept.map(([, { Type }]) => Type))).toEqual(
      new Set([
        'AWS::ApiGateway::Account',
        'AWS::Cognito::UserPool',
        'AWS::DynamoDB::Table',
        'AWS::IAM::Role',
        'AWS::KMS::Key',
        'AWS::S3::Bucket',
      ]),
    );
    expect(resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')).toEqual([]);
  });

  test('meets nothing that is protected from deletion', () => {
    for (const { properties } of resourcesOf(everything, 'AWS::DynamoDB::Table')) {
      expect(properties.DeletionProtectionEnabled).toBeUndefined();
    }
    for (const { properties } of resourcesOf(everything, 'AWS::Cognito::UserPool')) {
      expect(properties.DeletionProtection).toBeUndefined();
    }
  });

  test('and once it has not failed, the table is protected from deletion, every day anew', () => {
    const [schedule, ...others] = resourcesOf(everything, 'AWS::Scheduler::Schedule');
    expect(others).toEqual([]);
    const [table] = resourcesOf(everything, 'AWS::DynamoDB::Table');
    const target = schedule?.properties.Target as { Arn: unknown; Input: unknown };
    expect(schedule?.properties).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    expect(textOf(target.Arn)).toMatch(/:scheduler:::aws-sdk:dynamodb:updateTable$/);
    expect(JSON.parse(textOf(target.Input, { [table?.id ?? '']: 'the table' }))).toEqual({
      TableName: 'the table',
      DeletionProtectionEnabled: true,
    });
    const before = new Set(listOf(resources.find(([id]) => id === schedule?.id)?.[1].DependsOn));
    for (const type of [
      'ApiGateway::Stage',
      'Lambda::EventSourceMapping',
      'CloudWatch::Alarm',
      'WAFv2::WebACL',
    ]) {
      for (const { id } of resourcesOf(everything, `AWS::${type}`)) expect(before).toContain(id);
    }
  });
});

test('a new deployment takes over what an earlier one left, by its names', () => {
  const key = 'arn:aws:kms:eu-west-1:123456789012:key/1a2b';
  const names = { tableName: 'Records-1A', bucketName: 'pictures-1a', logsBucketName: 'logs-1a' };
  const taken = synthesize({ ...names, kms: key });
  const [table] = resourcesOf(taken, 'AWS::DynamoDB::Table');
  expect(table?.properties).toMatchObject({
    TableName: names.tableName,
    SSESpecification: { KMSMasterKeyId: key },
  });
  const buckets = resourcesOf(taken, 'AWS::S3::Bucket').map(({ properties }) => properties.BucketName);
  expect(buckets.sort()).toEqual([names.logsBucketName, names.bucketName]);
  taken.resourceCountIs('AWS::KMS::Key', 0);
  const statements = policiesOf(taken).flatMap((policy) => policy.statements);
  expect(statements.filter(({ Resource }) => Resource === key).length).toBeGreaterThan(20);
});

test('the two schedules of the sweep never meet, not even while one still runs', () => {
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(({ properties }) =>
    String(properties.ScheduleExpression),
  );
  expect(rules).toHaveLength(2);
  const startsOf = (expression: string): number[] => {
    const [, minute, hour] = /^cron\((\d+) (\d+|\*) \* \* \? \*\)$/.exec(expression) ?? [];
    if (minute === undefined) throw new Error(`This test can't read the schedule ${expression}.`);
    const hours = hour === '*' ? Array.from({ length: 24 }, (_, index) => index) : [Number(hour)];
    return hours.map((one) => 60 * one + Number(minute));
  };
  const starts = rules.flatMap(startsOf).sort((one, other) => one - other);
  expect(starts).toHaveLength(25);
  const sweep = resourcesOf(template, 'AWS::Lambda::Function').find(({ id }) =>
    id.startsWith('SweepSchedule'),
  );
  const minutes = Number(sweep?.properties.Timeout) / 60;
  const gaps = starts.map((start, index) => (starts[index + 1] ?? (starts[0] ?? 0) + 1440) - start);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(minutes);
});

describe('the limits of functions', () => {
  const limitsOf = (choices: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      resourcesOf(synthesize(choices), 'AWS::Lambda::Function').flatMap(({ id, properties }) =>
        properties.ReservedConcurrentExecutions === undefined
          ? []
          : [[id.slice(0, -8), properties.ReservedConcurrentExecutions]],
      ),
    );

  test('nothing is reserved by default, for new accounts have nothing to reserve', () => {
    expect(limitsOf({})).toEqual({});
  });

  test('-c reservedConcurrency: requests can’t starve the inbox, the match events and the sweep', () => {
    const choices = { reservedConcurrency: '4', rekognitionTps: '64' };
    expect(limitsOf(choices)).toEqual({
      InboxIndexUpload: 4,
      MatchEventsPublishMatches: 4,
      SweepScheduleSweep: 1,
    });
    const reserved = synthesize(choices);
    reserved.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 5,
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    const [inbox] = resourcesOf(reserved, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('Inbox'));
    // All that run at once together take half of the quota.
    expect(inbox?.properties.Environment).toMatchObject({ Variables: { REKOGNITION_TPS: '8' } });
  });

  test('-c provisionedConcurrency keeps the function started that somebody at a door waits for', () => {
    const kept = synthesize({ provisionedConcurrency: '3' });
    const [alias, ...others] = resourcesOf(kept, 'AWS::Lambda::Alias');
    expect(others).toEqual([]);
    expect(alias).toMatchObject({
      id: expect.stringMatching(/^ApiProcessImages/),
      properties: { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 } },
    });
    const uses = resourcesOf(kept, 'AWS::ApiGateway::Method').filter(({ properties }) =>
      textOf((properties.Integration as { Uri?: unknown }).Uri ?? '').includes(alias?.id ?? '?'),
    );
    expect(uses).toHaveLength(1);
  });
});

test('-c canary=true: what asks Rekognition goes to a new version little by little, and back if requests fail', () => {
  const careful = synthesize({ canary: 'true' });
  const aliases = new Map(resourcesOf(careful, 'AWS::Lambda::Alias').map(({ id }) => [id, 0]));
  const methods = resourcesOf(careful, 'AWS::ApiGateway::Method');
  for (const { id, properties } of methods) {
    const uri = textOf((properties.Integration as { Uri?: unknown }).Uri ?? '');
    const alias = [...aliases.keys()].find((one) => uri.includes(one));
    if (['GET', 'HEAD'].includes(String(properties.HttpMethod))) expect(alias, id).toBeUndefined();
    if (/(processimages|blacklist|detectface|apiv1verify)POST/.test(id)) expect(alias, id).toBeDefined();
    if (alias !== undefined) aliases.set(alias, (aliases.get(alias) ?? 0) + 1);
  }
  expect(aliases.size).toBeGreaterThanOrEqual(4);
  expect([...aliases.values()].every((uses) => uses > 0)).toBe(true);
  const [alarm] = resourcesOf(careful, 'AWS::CloudWatch::Alarm').filter(
    ({ properties }) => properties.MetricName === '5XXError',
  );
  const groups = resourcesOf(careful, 'AWS::CodeDeploy::DeploymentGroup');
  expect(groups).toHaveLength(aliases.size);
  for (const { properties } of groups) {
    expect(properties).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AlarmConfiguration: { Alarms: [{ Name: { Ref: alarm?.id } }], Enabled: true },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']),
      },
    });
  }
  const json = careful.toJSON().Resources as Record<string, { UpdatePolicy?: object }>;
  for (const id of aliases.keys())
    expect(json[id]?.UpdatePolicy).toHaveProperty('CodeDeployLambdaAliasUpdate');
  template.resourceCountIs('AWS::Lambda::Alias', 0);
});

test('every feature flag of the CDK that needs a decision has one in cdk.json', () => {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  const undecided = Object.entries(FLAGS).filter(
    ([name, { introducedIn, recommendedValue, unconfiguredBehavesLike }]) =>
      introducedIn.v2 !== undefined &&
      JSON.stringify(unconfiguredBehavesLike?.v2) !== JSON.stringify(recommendedValue) &&
      !(name in context),
  );
  expect(undecided.map(([name]) => name)).toEqual([]);
});
