import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { api, operations } from '../../lib/contract/api.ts';
import { operationsOf } from '../../lib/contract/endpoint.ts';
import { synthesize } from './synthesize.ts';
import { listOf, methodsOf, resourcesOf, textOf } from './template.ts';

const template = synthesize();

/** Routes as API Gateway names them; a trailing slash makes no difference. */
const routes = operations.map(({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, '')}`);
/** Routes with HEAD for each GET. */
const withHead = [
  ...routes,
  ...routes.filter((route) => route.startsWith('GET ')).map((route) => route.replace('GET', 'HEAD')),
];

test('has a method, and the function of its endpoint behind it, for each operation of the contract', () => {
  const methods = methodsOf(template);
  expect(methods.map(({ route }) => route).sort()).toEqual([...withHead].sort());
  const functions = methods.map(({ properties }) => {
    const { Type, Uri } = properties.Integration as { Type: string; Uri: unknown };
    expect(Type).toBe('AWS_PROXY');
    return textOf(Uri);
  });
  expect(new Set(functions).size).toBe(api.length);
  for (const { route, properties } of methods) {
    const { operationId } = operations[routes.indexOf(route.replace('HEAD', 'GET'))] ?? {};
    const endpoint = api.find((contract) =>
      operationsOf(contract).some((one) => one.operationId === operationId),
    );
    const name = endpoint?.operationId.replace(/^./, (letter) => letter.toUpperCase());
    expect(textOf((properties.Integration as { Uri: unknown }).Uri)).toContain(`Api${name}`);
  }
});

test('takes multipart bodies as bytes', () => {
  template.hasResourceProperties('AWS::ApiGateway::RestApi', {
    BinaryMediaTypes: ['multipart/form-data', 'image/jpeg'],
    MinimumCompressionSize: 1024,
  });
});

test.each([
  ['iam', 'AWS_IAM'],
  ['cognito', 'COGNITO_USER_POOLS'],
  ['none', 'NONE'],
])('-c auth=%s: each method asks for %s', (auth, type) => {
  const methods = methodsOf(synthesize({ auth }));
  expect(methods).toHaveLength(withHead.length);
  for (const { route, properties } of methods) expect(properties.AuthorizationType, route).toBe(type);
});

test('asks for IAM by default', () => {
  for (const { route, properties } of methodsOf(template)) {
    expect(properties, route).toMatchObject({ AuthorizationType: 'AWS_IAM', ApiKeyRequired: false });
  }
});

test('the user pool lets nobody sign up, and is kept', () => {
  const [pool] = resourcesOf(synthesize({ auth: 'cognito' }), 'AWS::Cognito::UserPool');
  expect(pool).toMatchObject({
    deletionPolicy: 'Retain',
    properties: {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true, RequireSymbols: true } },
    },
  });
});

test('is throttled: pictures to what Rekognition takes, all else to more', () => {
  const [stage] = resourcesOf(synthesize({ rekognitionTps: '50' }), 'AWS::ApiGateway::Stage');
  const settings = stage?.properties.MethodSettings as Record<string, unknown>[];
  const limits = settings.map(({ HttpMethod, ResourcePath, ThrottlingRateLimit }) => [
    `${HttpMethod} ${String(ResourcePath).slice(1).replaceAll('~1', '/')}`,
    ThrottlingRateLimit,
  ]);
  expect(Object.fromEntries(limits)).toEqual({
    '* *': 50,
    'POST /api/v1/process/process-images': 50,
    'POST /api/v1/verify': 50,
    'POST /api/v1/blacklist/{id}/verify': 50,
    'POST /api/v1/detect/detect-face': 50,
    'POST /api/v1/blacklist': 50,
    'POST /api/v1/blacklist/{id}/images': 50,
  });
  template.hasResourceProperties('AWS::ApiGateway::Stage', {
    MethodSettings: Match.arrayWith([
      Match.objectLike({ ResourcePath: '/~1api~1v1~1process~1process-images', ThrottlingRateLimit: 5 }),
    ]),
  });
  template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
    Throttle: { RateLimit: 20, BurstLimit: 40 },
    Quota: { Limit: 100_000, Period: 'DAY' },
  });
});

test('-c apiKey=true: each method wants a key, and there is one', () => {
  const withKeys = synthesize({ apiKey: 'true' });
  for (const { route, properties } of methodsOf(withKeys)) {
    expect(properties.ApiKeyRequired, route).toBe(true);
  }
  withKeys.resourceCountIs('AWS::ApiGateway::ApiKey', 1);
  withKeys.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 1);
});

test('its log tells who asked for what, and no bodies are logged', () => {
  const [stage] = resourcesOf(template, 'AWS::ApiGateway::Stage');
  const accessLog = stage?.properties.AccessLogSetting as { Format: string };
  const line = JSON.parse(accessLog.Format) as Record<string, string>;
  expect(line).toMatchObject({ requestId: '$context.requestId', caller: '$context.identity.userArn' });
  expect(Object.values(line)).not.toContain('$context.path');
  for (const settings of listOf(stage?.properties.MethodSettings)) {
    expect(settings).toMatchObject({
      DataTraceEnabled: false,
      LoggingLevel: 'ERROR',
      MetricsEnabled: true,
    });
  }
});

test("what the gateway answers by itself has the contract's form", () => {
  const answers = new Map(
    resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').map(({ properties }) => [
      properties.ResponseType,
      properties,
    ]),
  );
  for (const { ResponseTemplates } of answers.values()) {
    const { 'application/json': text = '' } = ResponseTemplates as Record<string, string>;
    const body = JSON.parse(text.replace('$context.error.messageString', '"words"')) as { detail: unknown };
    expect(body.detail).toEqual(expect.any(String));
  }
  expect(answers.get('THROTTLED')).toMatchObject({
    StatusCode: '429',
    ResponseParameters: { 'gatewayresponse.header.Retry-After': "'1'" },
  });
  expect(answers.get('INTEGRATION_TIMEOUT')).toMatchObject({
    StatusCode: '503',
    ResponseParameters: { 'gatewayresponse.header.Retry-After': "'5'" },
  });
  expect(answers.get('REQUEST_TOO_LARGE')).toMatchObject({ StatusCode: '413' });
});

test('pages of a configured origin, and of no other, may call it and send pictures to the bucket', () => {
  const origin = 'https://console.example';
  const open = synthesize({ corsOrigins: origin });
  const preflights = methodsOf(open).filter(({ route }) => route.startsWith('OPTIONS '));
  expect(preflights).toHaveLength(new Set(routes.map((route) => route.split(' ')[1])).size);
  open.hasResourceProperties('AWS::S3::Bucket', {
    CorsConfiguration: {
      CorsRules: [
        Match.objectLike({ AllowedOrigins: [origin], AllowedMethods: ['POST'] }),
        { AllowedOrigins: ['*'], AllowedMethods: ['GET'] },
      ],
    },
  });
  open.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ CORS_ORIGINS: origin }) },
  });
  expect(methodsOf(template).some(({ route }) => route.startsWith('OPTIONS '))).toBe(false);
});

test('-c waf=true: a firewall stands before it, and does not take pictures for attacks', () => {
  const guarded = synthesize({ waf: 'true' });
  guarded.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  guarded.hasResourceProperties('AWS::WAFv2::WebACL', {
    Scope: 'REGIONAL',
    Rules: Match.arrayWith([
      Match.objectLike({ Name: 'rate', Action: { Block: {} } }),
      Match.objectLike({
        Statement: {
          ManagedRuleGroupStatement: Match.objectLike({
            Name: 'AWSManagedRulesCommonRuleSet',
            RuleActionOverrides: Match.arrayWith([
              { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
            ]),
          }),
        },
      }),
    ]),
  });
  template.resourceCountIs('AWS::WAFv2::WebACL', 0);
});
