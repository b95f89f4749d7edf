import type * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Role } from './role.ts';

/** A JSON body of one shape. */
export interface JsonBody<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'json';
  readonly schema: Schema;
  readonly example: z.input<Schema>;
}

/** A multipart/form-data body: text fields, and files that all have one field name. */
export interface MultipartBody<Fields extends z.ZodObject = z.ZodObject> {
  readonly kind: 'multipart';
  /** Text fields; an empty one counts as not sent, as in FastAPI. */
  readonly fields: Fields;
  readonly files: {
    readonly name: string;
    readonly description: string;
    readonly maxCount: number;
  };
}

export type Body = JsonBody | MultipartBody;

/**
 * A further path of an endpoint, such as an older spelling. It does not inherit the description, or `public`.
 */
export interface Alias<Query extends z.ZodObject | undefined = z.ZodObject | undefined> {
  /** Name that is unique among all endpoints and aliases. */
  readonly operationId: string;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Public access to this path alone. */
  readonly public?: true;
  /** Parameters of the query, where they differ here, for example by another default. */
  readonly query?: Query;
}

/**
 * The API's promise for one method and path. Handlers, routers, the OpenAPI document and the infrastructure
 * are made from it.
 * @example
 * export const getEntryContract = defineEndpoint({
 *   operationId: 'getEntry',
 *   method: 'GET',
 *   path: '/api/v1/blacklist/{id}/',
 *   summary: 'Show a listed person',
 *   tags: ['Blacklist'],
 *   params: EntryPath,
 *   success: { status: 200, description: 'The entry.', schema: BlacklistRecord, example: recordExample },
 *   errors: ['entry_not_found', 'backend_unavailable'],
 * });
 */
export interface Endpoint<
  Params extends z.ZodObject | undefined = z.ZodObject | undefined,
  Query extends z.ZodObject | undefined = z.ZodObject | undefined,
  RequestBody extends Body | undefined = Body | undefined,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Name that is unique among all endpoints and aliases. */
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `{name}` for a parameter. The endpoint answers with and without its trailing slash. */
  readonly path: string;
  readonly aliases?: readonly Alias<Query>[];
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Least role that may do this. */
  readonly role: Role;
  /** True if the endpoint tells of nobody; it leaves no line in the audit trail. */
  readonly unaudited?: true;
  /** Access without a token, even where the service asks for tokens. */
  readonly public?: true;
  /**
   * True to refuse what the endpoint does not know: a parameter, a field, a body where it takes none, or a
   * parameter given twice. Others pass that over and tell of it in `X-Warnings`: clients of the old service
   * may send some. Whatever deletes, or shows much of people, is strict: a misspelt limit would be none.
   */
  readonly strict?: true;
  /** Parameters of the path, as decoded text. */
  readonly params?: Params;
  /** Parameters of the query, as decoded text. Of a repeated one the last counts, unless it is refused. */
  readonly query?: Query;
  readonly body?: RequestBody;
  /** Headers that a request may have, each with what it means. The handler reads them itself. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly success: {
    readonly status: number;
    readonly description: string;
    /** Media type of the answer; `application/json` by default. */
    readonly contentType?: string;
    /** Headers of the answer, each with its meaning. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Description of the 302 that may come instead; without it, none comes. */
    readonly redirect?: string;
    readonly schema: Answer;
    readonly example: z.output<Answer>;
  };
  /** Errors of this endpoint, besides those of every endpoint. */
  readonly errors: readonly ErrorCode[];
}

/** Returns the endpoint as it is; only TypeScript needs it, to infer the types. */
export function defineEndpoint<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  RequestBody extends Body | undefined = undefined,
  Answer extends z.ZodType = z.ZodType,
>(definition: Endpoint<Params, Query, RequestBody, Answer>): Endpoint<Params, Query, RequestBody, Answer> {
  return definition;
}

/** Lists an endpoint once for each of its paths: first itself, then its aliases as endpoints of their own. */
export function operationsOf(contract: Endpoint): readonly Endpoint[] {
  const { aliases = [], description: _, public: __, ...shared } = contract;
  return [contract, ...aliases.map((alias): Endpoint => ({ ...shared, ...alias }))];
}

/** Returns a path as API Gateway names its resource: `/x/` is `/x`, and answers for both. */
export function resourcePath(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}
