/** An event or an answer of Lambda, as JSON: "6 MB", which Lambda's own error message gives as this. */
export const lambdaPayloadBytes = 6_291_556;

export function payloadBytes(payload: object): number {
  return Buffer.byteLength(JSON.stringify(payload));
}
