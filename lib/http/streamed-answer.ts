import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** Bodies of answers that a host sends as they are made, beside the answers that API Gateway knows. */

const hosts = new WeakSet<APIGatewayProxyEvent>();
const bodies = new WeakMap<APIGatewayProxyResult, ReadableStream<Uint8Array>>();

/** Tells the event's handler that its host can send a body as it is made. */
export function allowStream(event: APIGatewayProxyEvent): void {
  hosts.add(event);
}

/** Returns true if the event's host can send a body as it is made. */
export function mayStream(event: APIGatewayProxyEvent): boolean {
  return hosts.has(event);
}

/** Gives an answer a body that its host reads in place of its own. */
export function streamBody(result: APIGatewayProxyResult, body: ReadableStream<Uint8Array>): void {
  bodies.set(result, body);
}

/** Returns the body that was given to an answer, if one was. */
export function streamedBody(result: APIGatewayProxyResult): ReadableStream<Uint8Array> | undefined {
  return bodies.get(result);
}
