import { loadConfig } from '../load-config.ts';

/**
 * Limit on an event or an answer of Lambda as JSON: its "6 MB", in bytes as Lambda's own error message states
 * them.
 */
export const lambdaPayloadBytes = 6_291_556;

export function payloadBytes(payload: object): number {
  return Buffer.byteLength(JSON.stringify(payload));
}

/** Room for what is around the body of an answer: its status and headers. */
const headersBytes = 8 * 1024;

/** Tells if answers go through Lambda, or must fit it all the same. */
export function isPayloadLimited(): boolean {
  return Boolean(process.env.AWS_LAMBDA_FUNCTION_NAME) || loadConfig().emulateGatewayLimits;
}

/** Returns the limit on an answer's body as JSON inside of JSON, infinite where there is none. */
export function maxBodyBytes(): number {
  return isPayloadLimited() ? lambdaPayloadBytes - headersBytes : Number.POSITIVE_INFINITY;
}
