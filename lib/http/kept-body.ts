import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ServiceError } from '../errors.ts';

/**
 * A large body that a host read itself, so that it need not be copied into the event, which then has none.
 */
export type KeptBody =
  /** The value of JSON. */
  | { readonly value: unknown }
  /** The reason why it is not the JSON that the contract wants. */
  | { readonly error: ServiceError }
  /** The bytes of a form, in their order. */
  | { readonly chunks: readonly Uint8Array[] };

const bodies = new WeakMap<APIGatewayProxyEvent, KeptBody>();

/** Keeps a body beside its event, for the handler that gets the event. */
export function keepBody(event: APIGatewayProxyEvent, body: KeptBody): void {
  bodies.set(event, body);
}

/** Returns the body that is kept beside the event, if one is. */
export function keptBody(event: APIGatewayProxyEvent): KeptBody | undefined {
  return bodies.get(event);
}
