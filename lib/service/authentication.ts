import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Config } from '../config.ts';
import type { Status } from '../contract/endpoints/status.ts';

/** Who sees to it that not everybody is let in: this service by its tokens, API Gateway in front of a function, or nobody. */
export function authenticationOf(
  { apiTokens }: Pick<Config, 'apiTokens'>,
  { requestContext }: APIGatewayProxyEvent,
): Status['settings']['authentication'] {
  if (!process.env.AWS_LAMBDA_FUNCTION_NAME) return apiTokens.length > 0 ? 'tokens' : 'none';
  // What the gateway has learnt of who asks, by IAM or by Cognito.
  const isKnown = Boolean(requestContext.identity?.userArn || requestContext.authorizer);
  return isKnown ? 'gateway' : 'none';
}
