import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { InputTooLargeError } from '../../lib/errors.ts';
import { lambdaPayloadBytes, payloadBytes } from '../../lib/http/payload.ts';

/** The size limits of API Gateway and Lambda, to try them out without either. */

/** API Gateway's limit for a request's body: 10 MB. */
export const gatewayRequestBytes = 10 * 1024 * 1024;

/**
 * Refuses an event that is too large for Lambda.
 *
 * @throws InputTooLargeError
 */
export function refuseLargeEvent(event: APIGatewayProxyEvent): void {
  if (payloadBytes(event) > lambdaPayloadBytes) {
    throw new InputTooLargeError(
      `The request is too large: as an event it has more than ${lambdaPayloadBytes} bytes.`,
    );
  }
}

/**
 * Gives the answer that the gateway would pass on. If the handler's answer is too large for Lambda, that is a
 * bare 502.
 */
export function deliverable(result: APIGatewayProxyResult): APIGatewayProxyResult {
  if (payloadBytes(result) <= lambdaPayloadBytes) return result;
  const body = JSON.stringify({ detail: 'The answer is too large for the gateway.' });
  return {
    ...result,
    statusCode: 502,
    headers: { ...result.headers, 'Content-Type': 'application/json' },
    body,
    isBase64Encoded: false,
  };
}
