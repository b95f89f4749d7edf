import { Annotations, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  type MethodOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { AccountRecovery, FeaturePlan, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { roles } from '../lib/contract/role.ts';
import { output } from './outputs.ts';
import type { StackSettings } from './settings.ts';

/** Who may call the endpoints. */
interface Authorization {
  readonly methodOptions: MethodOptions;
  /** Pool of those who may, with `-c auth=cognito`. */
  readonly userPool?: UserPool;
}

/**
 * Decides who may call the endpoints, including those that the contract calls public. Here only the gateway
 * needs to be public, and each call costs calls to the stores.
 */
export function authorization(scope: Construct, settings: StackSettings): Authorization {
  const { auth, apiKey } = settings;
  const methods = { iam: forIam, cognito: forUserPool, none: forEverybody };
  const { methodOptions, ...more } = methods[auth](scope, settings);
  return { methodOptions: { ...methodOptions, apiKeyRequired: apiKey }, ...more };
}

function forIam(scope: Construct): Authorization {
  Validations.of(scope).acknowledge({
    id: 'AwsSolutions-COG4',
    reason: 'Callers sign their requests with credentials of IAM; -c auth=cognito has a user pool instead.',
  });
  return { methodOptions: { authorizationType: AuthorizationType.IAM } };
}

function forEverybody(scope: Construct): Authorization {
  Annotations.of(scope).addWarningV2(
    'face-blacklist:open-api',
    'With -c auth=none anyone on the internet can list, find and delete people. Use it for a trial without real data only.',
  );
  Validations.of(scope).acknowledge(
    { id: 'AwsSolutions-APIG4', reason: 'Asked for with -c auth=none, which warns.' },
    { id: 'AwsSolutions-COG4', reason: 'Asked for with -c auth=none, which warns.' },
  );
  return { methodOptions: { authorizationType: AuthorizationType.NONE } };
}

function forUserPool(scope: Construct, settings: StackSettings): Authorization {
  const userPool = addUserPool(scope, settings);
  output(scope, 'UserPoolId', userPool.userPoolId, 'Those who may call.');
  output(
    scope,
    'UserPoolClientId',
    addClient(userPool).userPoolClientId,
    'With which they get their tokens.',
  );
  return {
    methodOptions: {
      authorizationType: AuthorizationType.COGNITO,
      authorizer: new CognitoUserPoolsAuthorizer(scope, 'Users', { cognitoUserPools: [userPool] }),
    },
    userPool,
  };
}

/** Adds a pool of users, with a group for each role. Only administrators make users. */
function addUserPool(scope: Construct, { console }: StackSettings): UserPool {
  const userPool = new UserPool(scope, 'UserPool', {
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
    },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    // The cheapest plan that has the pages to which the console leads.
    ...(console && { featurePlan: FeaturePlan.ESSENTIALS }),
    // Protection from deletion would leave the pool behind if the first deployment fails.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  // A user has the role of the group that it is in.
  for (const [index, role] of roles.toReversed().entries()) {
    userPool.addGroup(`${role.slice(0, 1).toUpperCase()}${role.slice(1)}Group`, {
      groupName: role,
      description: `Users with the role ${role}.`,
      precedence: index,
    });
  }
  Validations.of(userPool).acknowledge(
    {
      id: 'AwsSolutions-COG2',
      reason:
        'Programs call this API as well as people, and programs have no second factor; people can set one.',
    },
    {
      id: 'AwsSolutions-COG3',
      reason:
        'Threat protection wants the dearer Plus plan; users are made by an administrator, none signs up.',
    },
    {
      id: 'AwsSolutions-COG8',
      reason: 'The Plus plan costs several times as much, for few users whom an administrator has made.',
    },
  );
  return userPool;
}

/**
 * Adds a client for programs without a secret. Only those whom IAM lets call `AdminInitiateAuth` send the
 * password itself.
 */
function addClient(userPool: UserPool): UserPoolClient {
  return userPool.addClient('Client', {
    authFlows: { userSrp: true, adminUserPassword: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
  });
}
