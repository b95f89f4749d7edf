import { describe, expect, test } from 'vitest';
import { findings, makeStack, synthesize } from './synthesize.ts';
import { listOf, methodsOf, policiesOf, referenceOf, resourcesOf, textOf } from './template.ts';

const choices = { auth: 'cognito', console: 'true' };
const template = synthesize(choices);
const origin = /^https:\/\/ApiRestApi\w+\.execute-api\.AWS::Region\.AWS::URLSuffix/;

const [pages] = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('Console'));
const [client] = resourcesOf(template, 'AWS::Cognito::UserPoolClient').filter(({ id }) =>
  id.includes('Console'),
);

describe('-c console=true', () => {
  test.each([
    [{ console: 'true' }, "-c console=true wants -c auth=cognito, not 'iam'"],
    [{ console: 'true', auth: 'none' }, "-c console=true wants -c auth=cognito, not 'none'"],
    [{ ...choices, apiKey: 'true' }, '-c console=true can not go with -c apiKey=true'],
    [{ console: 'yes' }, '-c console takes true or false'],
  ])('is refused in words where nobody could sign in: %o', (wrong, words) => {
    expect(() => makeStack(wrong)).toThrow(words);
  });

  test('serves its files to everybody, and changes nothing of the API', () => {
    const methods = methodsOf(template);
    const isOpen = ({ properties }: (typeof methods)[number]) => properties.AuthorizationType === 'NONE';
    expect(
      methods
        .filter(isOpen)
        .map(({ route }) => route)
        .sort(),
    ).toEqual(['GET /console', 'GET /console/{file+}']);
    for (const { properties } of methods.filter(isOpen)) {
      expect(properties).toMatchObject({ ApiKeyRequired: false });
      expect(properties.AuthorizerId).toBeUndefined();
      expect(textOf((properties.Integration as { Uri: unknown }).Uri)).toContain(`${pages?.id}/invocations`);
    }
    const routesOf = (of: typeof template) =>
      methodsOf(of)
        .filter((method) => !isOpen(method))
        .map(({ route, properties }) => `${route} ${properties.AuthorizationType}`)
        .sort();
    expect(routesOf(template)).toEqual(routesOf(synthesize({ auth: 'cognito' })));
    // Each file is a page of the same origin as the API, so no origin needs to be let in there.
    expect(methods.filter(({ route }) => route.startsWith('OPTIONS'))).toEqual([]);
  });

  test('serves them by a function that may reach no data', () => {
    const statements = policiesOf(template)
      .filter(({ roles }) => roles.includes(referenceOf(pages?.properties.Role)))
      .flatMap((policy) => policy.statements);
    expect(statements.flatMap(({ Action }) => Action as string[]).sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  test('has a client that gets codes for the console’s own address alone, and keeps no secret', () => {
    const [url, ...others] = listOf(client?.properties.CallbackURLs).map((one) => textOf(one));
    expect(others).toEqual([]);
    expect(url).toMatch(new RegExp(`${origin.source}/prod/console/$`));
    expect(listOf(client?.properties.LogoutURLs).map((one) => textOf(one))).toEqual([url]);
    expect(textOf(template.findOutputs('ConsoleUrl').ConsoleUrl?.Value)).toBe(url);
    expect(client?.properties).toMatchObject({
      AllowedOAuthFlows: ['code'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: ['openid', 'email'],
      // Signing in by a password that is sent is for programs.
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      SupportedIdentityProviders: ['COGNITO'],
      IdTokenValidity: 60,
      RefreshTokenValidity: 12 * 60,
    });
    expect(client?.properties.GenerateSecret ?? false).toBe(false);
    template.hasResourceProperties('AWS::Cognito::UserPool', { UserPoolTier: 'ESSENTIALS' });
    const [branding] = resourcesOf(template, 'AWS::Cognito::ManagedLoginBranding');
    expect(referenceOf(branding?.properties.ClientId)).toBe(client?.id);
  });

  test('gives the sign-in an address that no other stack of the region has', () => {
    const [domain, ...others] = resourcesOf(template, 'AWS::Cognito::UserPoolDomain');
    expect(others).toEqual([]);
    const stackId = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
    const part = { 'Fn::Select': [4, { 'Fn::Split': ['-', stackId] }] };
    expect(domain?.properties.Domain).toEqual({ 'Fn::Join': ['', ['face-blacklist-', part]] });
    const environment = pages?.properties.Environment as { Variables: Record<string, unknown> } | undefined;
    expect(textOf(environment?.Variables.CONSOLE_SIGN_IN_URL)).toBe(
      `https://${domain?.id}.auth.AWS::Region.amazoncognito.com`,
    );
    expect(referenceOf(environment?.Variables.CONSOLE_CLIENT_ID)).toBe(client?.id);
  });

  test('lets its pages send large pictures to the bucket, and load pictures from it', () => {
    const rules = resourcesOf(template, 'AWS::S3::Bucket').flatMap(
      ({ properties }) =>
        (properties.CorsConfiguration as { CorsRules: Record<string, unknown>[] } | undefined)?.CorsRules ??
        [],
    );
    const shown = rules.map(({ AllowedMethods, AllowedOrigins }) => [
      listOf(AllowedMethods).join(),
      listOf(AllowedOrigins)
        .map((one) => textOf(one))
        .join(),
    ]);
    expect(shown).toEqual([
      ['POST', expect.stringMatching(new RegExp(`${origin.source}$`))],
      ['GET', '*'],
    ]);
  });

  test('adds 11 resources', () => {
    const count = (of: typeof template) => Object.keys(of.toJSON().Resources).length;
    expect(count(template) - count(synthesize({ auth: 'cognito' }))).toBe(11);
  });

  test.each([[{}], [{ kms: 'true', waf: 'true', lookBackDays: '7', corsOrigins: 'https://desk.example' }]])(
    'leaves cdk-nag nothing to find: %o',
    (more) => {
      expect(findings(makeStack({ ...choices, ...more }))).toEqual([]);
    },
  );
});
