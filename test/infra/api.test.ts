import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { api, operations } from '../../lib/contract/api.ts';
import { operationsOf } from '../../lib/contract/endpoint.ts';
import { LookBackOffError } from '../../lib/errors.ts';
import { synthesize } from './synthesize.ts';
import { listOf, methodsOf, type Properties, resourcesOf, textOf } from './template.ts';

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
  const served = methods.filter(({ route }) => !route.endsWith('/look-back'));
  const functions = served.map(({ properties }) => {
    const { Type, Uri } = properties.Integration as { Type: string; Uri: unknown };
    expect(Type).toBe('AWS_PROXY');
    return textOf(Uri);
  });
  expect(new Set(functions).size).toBe(api.length - 1);
  for (const { route, properties } of served) {
    const { operationId } = operations[routes.indexOf(route.replace('HEAD', 'GET'))] ?? {};
    const endpoint = api.find((contract) =>
      operationsOf(contract).some((one) => one.operationId === operationId),
    );
    const name = endpoint?.operationId.replace(/^./, (letter) => letter.toUpperCase());
    expect(textOf((properties.Integration as { Uri: unknown }).Uri)).toContain(`Api${name}`);
  }
});

test('refuses a look-back as the contract has it, in a form that other origins can read', () => {
  const [method] = methodsOf(synthesize({ corsOrigins: 'https://console.example' })).filter(
    ({ route }) => route === 'POST /api/v1/blacklist/{id}/look-back',
  );
  expect(method?.properties).toMatchObject({
    AuthorizationType: 'AWS_IAM',
    Integration: {
      Type: 'MOCK',
      PassthroughBehavior: 'NEVER',
      RequestTemplates: { 'application/json': '{"statusCode": 409}' },
      IntegrationResponses: [
        {
          StatusCode: '409',
          ResponseTemplates: {
            'application/json': JSON.stringify({ detail: new LookBackOffError().message }),
          },
          ResponseParameters: {
            'method.response.header.Access-Control-Allow-Origin': "'https://console.example'",
            'method.response.header.Cache-Control': "'no-store'",
          },
        },
      ],
    },
    MethodResponses: [{ StatusCode: '409' }],
  });
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
    deletionPolicy: 'RetainExceptOnCreate',
    properties: {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true, RequireSymbols: true } },
    },
  });
});

test('is throttled: pictures to what Rekognition takes, all else to more', () => {
  const [stage] = resourcesOf(synthesize({ waf: 'true', rekognitionTps: '80' }), 'AWS::ApiGateway::Stage');
  const settings = stage?.properties.MethodSettings as Record<string, unknown>[];
  const limits = settings.map(({ HttpMethod, ResourcePath, ThrottlingRateLimit }) => [
    `${HttpMethod} ${String(ResourcePath).slice(1).replaceAll('~1', '/')}`,
    ThrottlingRateLimit,
  ]);
  expect(Object.fromEntries(limits)).toEqual({
    '* *': 50,
    'POST /api/v1/history/search': 80,
    'POST /api/v1/process/process-images': 80,
    'POST /api/v1/verify': 80,
    'POST /api/v1/blacklist/{id}/verify': 80,
    'POST /api/v1/detect/detect-face': 80,
    'POST /api/v1/blacklist': 80,
    'POST /api/v1/blacklist/{id}/images': 80,
    'POST /api/v1/blacklist/{id}/merge': 80,
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
  // A path with its values, a query or a body may name somebody.
  const telling = Object.values(line).filter((text) =>
    /context\.(path|request\.|requestOverride|authorizer\.claims\.(name|email))/.test(text),
  );
  expect(telling).toEqual([]);
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

test.each([
  ['https://console.example', "'https://console.example'"],
  ['https://console.example,https://desk.example', 'method.request.header.Origin'],
])('pages of %s can read what the gateway answers by itself', (corsOrigins, named) => {
  const answers = resourcesOf(synthesize({ corsOrigins }), 'AWS::ApiGateway::GatewayResponse');
  expect(answers.length).toBeGreaterThan(6);
  for (const { properties } of answers) {
    const headers = properties.ResponseParameters as Record<string, string>;
    expect(headers).toMatchObject({
      'gatewayresponse.header.Access-Control-Allow-Origin': named,
      'gatewayresponse.header.Vary': "'Origin'",
    });
    const exposed = headers['gatewayresponse.header.Access-Control-Expose-Headers'];
    for (const name of ['Retry-After', 'ETag', 'Location', 'Date']) expect(exposed).toContain(name);
  }
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

describe('-c waf=true', () => {
  const guarded = synthesize({ waf: 'true', rekognitionTps: '80' });
  const [webAcl] = resourcesOf(guarded, 'AWS::WAFv2::WebACL');
  const rules = webAcl?.properties.Rules as { Name: string; Action?: object; Statement: Properties }[];
  const statementOf = (name: string) => rules.find(({ Name }) => Name === name)?.Statement ?? {};

  test('a firewall stands before the API, and before none without it', () => {
    guarded.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
    expect(webAcl?.properties.Scope).toBe('REGIONAL');
    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
  });

  test('it does not take pictures for attacks, nor cameras and scripts for bad browsers', () => {
    const { ManagedRuleGroupStatement } = statementOf('AWSManagedRulesCommonRuleSet');
    const { RuleActionOverrides } = ManagedRuleGroupStatement as {
      RuleActionOverrides: { Name: string; ActionToUse: object }[];
    };
    const counted = RuleActionOverrides.filter(({ ActionToUse }) => 'Count' in ActionToUse);
    expect(counted.map(({ Name }) => Name)).toEqual(
      expect.arrayContaining(['SizeRestrictions_BODY', 'NoUserAgent_HEADER', 'UserAgent_BadBots_HEADER']),
    );
  });

  test('an address may send more than the gateway lets through', () => {
    expect(rules.find(({ Name }) => Name === 'rate')?.Action).toEqual({ Block: {} });
    const { Limit, EvaluationWindowSec } = statementOf('rate').RateBasedStatement as Record<string, number>;
    const perSecond = Number(Limit) / Number(EvaluationWindowSec);
    const planned = resourcesOf(guarded, 'AWS::ApiGateway::UsagePlan').map(({ properties }) =>
      Number((properties.Throttle as Properties).RateLimit),
    );
    const ofMethods = resourcesOf(guarded, 'AWS::ApiGateway::Stage').flatMap(({ properties }) =>
      listOf(properties.MethodSettings).map((one) => Number((one as Properties).ThrottlingRateLimit)),
    );
    const limits = [...planned, ...ofMethods];
    expect(Math.max(...limits)).toBe(80);
    for (const limit of limits) expect(perSecond).toBeGreaterThan(limit);
  });

  test('it logs what it refuses, without what somebody looked for and what lets somebody in', () => {
    const [logging] = resourcesOf(guarded, 'AWS::WAFv2::LoggingConfiguration');
    const [group] = resourcesOf(guarded, 'AWS::Logs::LogGroup').filter(({ id }) => id.startsWith('Firewall'));
    expect(group?.properties).toMatchObject({
      LogGroupName: 'aws-waf-logs-FaceBlacklist',
      RetentionInDays: 30,
    });
    const [destination] = listOf(logging?.properties.LogDestinationConfigs);
    expect(textOf(destination)).toMatch(/:log-group:aws-waf-logs-FaceBlacklist$/);
    expect(logging?.properties).toMatchObject({
      ResourceArn: { 'Fn::GetAtt': [webAcl?.id, 'Arn'] },
      LoggingFilter: { DefaultBehavior: 'DROP' },
    });
    const fields = listOf(logging?.properties.RedactedFields);
    expect(fields).toContainEqual({ QueryString: {} });
    expect(fields).toContainEqual({ SingleHeader: { Name: 'authorization' } });
  });
});

test('the gateway sends no traces, which would have the addresses of searches for a name', () => {
  const [stage] = resourcesOf(template, 'AWS::ApiGateway::Stage');
  expect(stage?.properties).toMatchObject({ MethodSettings: expect.anything(), TracingEnabled: false });
});

describe('the role with which API Gateway writes logs', () => {
  test('is left as it is in the account, and logs are written with it', () => {
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
    template.hasResourceProperties('AWS::ApiGateway::Stage', { AccessLogSetting: Match.anyValue() });
  });

  test('-c gatewayLogRole=new sets one, which a first deployment that fails takes back', () => {
    const [account] = resourcesOf(synthesize({ gatewayLogRole: 'new' }), 'AWS::ApiGateway::Account');
    expect(account?.deletionPolicy).toBe('RetainExceptOnCreate');
  });

  test('-c gatewayLogRole=none: nothing is written that needs one', () => {
    const silent = synthesize({ gatewayLogRole: 'none' });
    silent.resourceCountIs('AWS::ApiGateway::Account', 0);
    const [stage] = resourcesOf(silent, 'AWS::ApiGateway::Stage');
    expect(stage?.properties.AccessLogSetting).toBeUndefined();
    for (const settings of listOf(stage?.properties.MethodSettings)) {
      expect(settings).toMatchObject({ LoggingLevel: 'OFF', DataTraceEnabled: false });
    }
  });
});
