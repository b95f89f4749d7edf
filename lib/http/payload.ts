/**
 * Limit on an event or an answer of Lambda as JSON: its "6 MB", in bytes as Lambda's own error message states
 * them.
 */
export const lambdaPayloadBytes = 6_291_556;

export function payloadBytes(payload: object): number {
  return Buffer.byteLength(JSON.stringify(payload));
}
