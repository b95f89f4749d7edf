import type * as z from 'zod';
import type { ErrorCode } from '../errors.ts';

/** A JSON body of one shape. */
export interface JsonBody<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'json';
  readonly schema: Schema;
  readonly example: z.input<Schema>;
}

/** A multipart/form-data body: text fields, and files that all come under one name. */
export interface MultipartBody<Fields extends z.ZodObject = z.ZodObject> {
  readonly kind: 'multipart';
  /** An empty text counts as a field that was not sent, as in FastAPI. */
  readonly fields: Fields;
  readonly files: {
    readonly name: string;
    readonly description: string;
    readonly maxCount: number;
  };
}

export type Body = JsonBody | MultipartBody;

/** A further path under which an endpoint answers, such as an older spelling. Descriptions and openness are not inherited. */
export interface Alias<Query extends z.ZodObject | undefined = z.ZodObject | undefined> {
  /** Unique among all endpoints and aliases. */
  readonly operationId: string;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Public access to this path alone. */
  readonly public?: true;
  /** The query's parameters where they are read differently here, for example with another default. */
  readonly query?: Query;
}

/** What the API promises for one method and path. Handlers, routers, OpenAPI and infrastructure are made from it. */
export interface Endpoint<
  Params extends z.ZodObject | undefined = z.ZodObject | undefined,
  Query extends z.ZodObject | undefined = z.ZodObject | undefined,
  RequestBody extends Body | undefined = Body | undefined,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Unique. */
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` for a parameter. It answers with and without its trailing slash. */
  readonly path: string;
  readonly aliases?: readonly Alias<Query>[];
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Answered without a token, also where tokens are asked for. */
  readonly public?: true;
  /** The path's parameters, as decoded text. */
  readonly params?: Params;
  /** The query's parameters, as decoded text; of a repeated one the last counts. */
  readonly query?: Query;
  readonly body?: RequestBody;
  /** Headers that a request may have, each with what it means. The handler reads them itself. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly success: {
    readonly status: number;
    readonly description: string;
    /** `application/json` unless said otherwise. */
    readonly contentType?: string;
    /** Headers of its own, each with what it tells. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Said of a 302 that may come instead; without it there is none. */
    readonly redirect?: string;
    readonly schema: Answer;
    readonly example: z.output<Answer>;
  };
  /** What can go wrong here besides what can go wrong everywhere. */
  readonly errors: readonly ErrorCode[];
}

/** States an endpoint; it only infers the types. */
export function defineEndpoint<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  RequestBody extends Body | undefined = undefined,
  Answer extends z.ZodType = z.ZodType,
>(definition: Endpoint<Params, Query, RequestBody, Answer>): Endpoint<Params, Query, RequestBody, Answer> {
  return definition;
}

/** Lists an endpoint once for each path that it answers: itself first, then its aliases as endpoints of their own. */
export function operationsOf(contract: Endpoint): readonly Endpoint[] {
  const { aliases = [], description: _, public: __, ...shared } = contract;
  return [contract, ...aliases.map((alias): Endpoint => ({ ...shared, ...alias }))];
}

/** Returns a path as API Gateway names its resource: `/x/` is `/x`, and answers for both. */
export function resourcePath(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}
