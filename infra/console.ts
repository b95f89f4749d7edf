import { Aws, Duration, Fn, Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type IResource,
  LambdaIntegration,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import {
  CfnManagedLoginBranding,
  ManagedLoginVersion,
  OAuthScope,
  type UserPool,
  type UserPoolClient,
  UserPoolClientIdentityProvider,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Api, stageName } from './api.ts';
import { optionalEndpointNeeds } from './needs.ts';
import { output } from './outputs.ts';
import type { Resources } from './resources.ts';
import { ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';
import { letIn } from './storage.ts';

/** Each call carries a token of so long a life. */
const tokenLife = Duration.hours(1);
/** Whoever signed in goes on for a working day without the password. */
const sessionLife = Duration.hours(12);

/**
 * The web console, served by the API itself: so its pages call their own origin. They hold no data, so
 * everybody may load them. People sign in at the user pool's own pages, and each call carries their token.
 */
export class Console extends Construct {
  /** Function that serves the pages. It may reach no data. */
  readonly pages: ServiceFunction;

  constructor(scope: Construct, id: string, api: Api, resources: Resources, settings: StackSettings) {
    super(scope, id);
    const { restApi, userPool } = api;
    if (userPool === undefined) throw new Error('The console wants a user pool.');
    const origin = originOf(restApi);
    const url = `${origin}/${stageName}/console/`;
    const domain = this.#addDomain(userPool);
    const client = this.#addClient(userPool, url);
    this.pages = new ServiceFunction(this, 'Pages', {
      name: 'console',
      description: 'GET /console/: the web console.',
      needs: optionalEndpointNeeds.console ?? {},
      resources,
      timeout: Duration.seconds(10),
      rekognitionTps: settings.rekognitionTps,
      corsOrigins: [],
      variables: {
        CONSOLE_SIGN_IN_URL: domain.baseUrl(),
        CONSOLE_CLIENT_ID: client.userPoolClientId,
      },
    });
    this.#addMethods(restApi);
    letIn(resources.bucket, origin);
    output(this, 'ConsoleUrl', url, 'The web console, for the users of the user pool.');
  }

  /** Gives the pool's sign-in pages an address, with a part of the stack's id: it is unique in the region. */
  #addDomain(userPool: UserPool): UserPoolDomain {
    const stackId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    return userPool.addDomain('SignIn', {
      cognitoDomain: { domainPrefix: `face-blacklist-${Fn.select(4, Fn.split('-', stackId))}` },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
  }

  /** Adds a client for pages, which can keep no secret: a code alone is worth nothing, by PKCE. */
  #addClient(userPool: UserPool, url: string): UserPoolClient {
    const client = userPool.addClient('Console', {
      // Signing in by these is for programs; a token may be renewed in any case.
      authFlows: { userSrp: false },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [url],
        logoutUrls: [url],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      idTokenValidity: tokenLife,
      accessTokenValidity: tokenLife,
      refreshTokenValidity: sessionLife,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
    });
    new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: userPool.userPoolId,
      clientId: client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    return client;
  }

  #addMethods(restApi: RestApi): void {
    // The library's own types do not agree on what may be left out.
    const integration = new LambdaIntegration(this.pages as IFunction, { scopePermissionToMethod: false });
    const page = restApi.root.addResource('console');
    for (const resource of [page, page.addResource('{file+}')]) addOpenMethod(resource, integration);
  }
}

function addOpenMethod(resource: IResource, integration: LambdaIntegration): void {
  const added = resource.addMethod('GET', integration, { authorizationType: AuthorizationType.NONE });
  const reason = 'Whoever signs in has to load the page first; its files are public and hold no data.';
  Validations.of(added).acknowledge(
    { id: 'AwsSolutions-APIG4', reason },
    { id: 'AwsSolutions-COG4', reason },
  );
}

/**
 * Gives the API's origin. Its stage is not named: that waits for all methods, and so for this console, whose
 * sign-in must know the address first.
 */
function originOf(restApi: RestApi): string {
  const { region, urlSuffix } = Stack.of(restApi);
  return `https://${restApi.restApiId}.execute-api.${region}.${urlSuffix}`;
}
