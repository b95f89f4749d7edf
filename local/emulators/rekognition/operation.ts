import type * as z from 'zod';
import type { Engine } from './engine.ts';
import { parseParameters } from './parameters.ts';
import type { CollectionStore } from './store.ts';
import type { UserStore } from './user-store.ts';

/** Dependencies of an operation. */
export interface Context {
  readonly store: CollectionStore;
  readonly users: UserStore;
  readonly engine: Engine;
  /** Region of the request's signature. */
  readonly region: string;
}

/** Checks the parameters, does the work, and returns the answer's body. */
export type Operation = (input: unknown, context: Context) => Promise<object>;

/**
 * Defines an operation by its parameters' schema and its work. The work gets a collection's key in place of
 * its id, so that it finds the collection of the request's region.
 */
export function define<Schema extends z.ZodType>(
  schema: Schema,
  work: (parameters: z.output<Schema>, context: Context) => object | Promise<object>,
): Operation {
  return async (input, context) => work(withKey(parseParameters(schema, input), context), context);
}

function withKey<Parameters>(parameters: Parameters, { store, region }: Context): Parameters {
  if (typeof parameters !== 'object' || parameters === null) return parameters;
  if (!('CollectionId' in parameters) || typeof parameters.CollectionId !== 'string') return parameters;
  return { ...parameters, CollectionId: store.keyOf(region, parameters.CollectionId) };
}
