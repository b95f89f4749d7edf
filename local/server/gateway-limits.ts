import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { InputTooLargeError } from '../../lib/errors.ts';
import { lambdaPayloadBytes, payloadBytes } from '../../lib/http/payload.ts';

/** The sizes at which API Gateway and Lambda refuse, for trying them out without either. */

/** A request's body at API Gateway: 10 MB. */
export const gatewayRequestBytes = 10 * 1024 * 1024;

/** @throws InputTooLargeError when Lambda would not take the event. */
export function refuseLargeEvent(event: APIGatewayProxyEvent): void {
  if (payloadBytes(event) > lambdaPayloadBytes) {
    throw new InputTooLargeError(
      `The request is too large: as an event it has more than ${lambdaPayloadBytes} bytes.`,
    );
  }
}

/** The answer that the gateway would pass on: a bare 502 when Lambda would not hand the handler's over. */
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
