import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Config } from '../config.ts';
import type { Status } from '../contract/endpoints/status.ts';

/**
 * Returns who authenticates clients: this service by its tokens, API Gateway in front of a function, or
 * nobody.
 */
export function authenticationOf(
  { apiTokens, tokensFile }: Pick<Config, 'apiTokens'> & Partial<Pick<Config, 'tokensFile'>>,
  { requestContext }: APIGatewayProxyEvent,
): Status['settings']['authentication'] {
  // An emulated gateway stands in front of this service too.
  if (requestContext.authorizer?.claims) return 'gateway';
  if (!process.env.AWS_LAMBDA_FUNCTION_NAME) return apiTokens.length > 0 || tokensFile ? 'tokens' : 'none';
  // The gateway tells who asks, by IAM or by Cognito.
  const isKnown = Boolean(requestContext.identity?.userArn || requestContext.authorizer);
  return isKnown ? 'gateway' : 'none';
}

let fault: string | undefined;

/** Notes why the tokens' file can't be read again; `undefined` once it can. */
export function noteTokensFault(message: string | undefined): void {
  fault = message;
}

/** Returns a warning while the tokens' file can't be read: what was withdrawn there still counts. */
export function tokensWarning(): string | undefined {
  return fault === undefined
    ? undefined
    : `${fault} The tokens of before go on counting until it is mended, and those that were withdrawn since too.`;
}
