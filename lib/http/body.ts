import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Endpoint, JsonBody, MultipartBody } from '../contract/endpoint.ts';
import { type FieldProblem, RequestInvalidError } from '../errors.ts';
import { requestHeader } from './headers.ts';
import { decodeUtf8, parseJson } from './json.ts';
import { keptBody } from './kept-body.ts';
import type { FormReader, UploadedFile } from './multipart.ts';
import { type BodyNames, unknownFields } from './unknown-input.ts';
import { validate } from './validation.ts';

/** A request's body, checked. */
interface RequestBody {
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
  /** Undefined where the contract has no fields, or leaves them open. */
  readonly names: BodyNames | undefined;
}

/**
 * Reads a request's body from its bytes, as the contract describes it.
 * @param readForm reads a multipart body, where the contract has one
 * @throws RequestInvalidError, InputUnreadableError
 */
export async function readBody(
  { body, strict }: Pick<Endpoint, 'body' | 'strict'>,
  event: APIGatewayProxyEvent,
  readForm: FormReader | undefined,
): Promise<RequestBody> {
  switch (body?.kind) {
    case undefined:
      return { body: undefined, files: [], names: undefined };
    case 'json':
      return { ...readJson(body, event, strict === true), files: [] };
    case 'multipart':
      return readFormBody(body, event, readForm);
  }
}

/**
 * Reads a JSON body. A body without a content type counts as JSON. Any other type is refused, so that a web
 * page's form can't pass for JSON. A strict one is refused with all that is wrong, unknown fields too.
 */
function readJson(
  { schema }: JsonBody,
  event: APIGatewayProxyEvent,
  isStrict: boolean,
): Omit<RequestBody, 'files'> {
  const type = mediaType(requestHeader(event, 'content-type') ?? 'application/json');
  const kept = keptBody(event);
  if (!kept && !event.body) throw missing();
  if (type !== 'application/json' && !/^application\/.*\+json$/.test(type)) {
    throw invalid({
      loc: ['body'],
      msg: 'Input should be a valid dictionary or object to extract fields from; send it as application/json',
      type: 'model_attributes_type',
    });
  }
  if (kept && 'error' in kept) throw kept.error;
  const value = kept && 'value' in kept ? kept.value : readText(event);
  const names = namesOf(schema, value);
  const body = validate(schema, value, 'body', isStrict && names ? unknownFields(names) : []);
  return { body, names };
}

function namesOf(schema: z.ZodType, value: unknown): BodyNames | undefined {
  if (!(schema instanceof z.ZodObject) || isOpen(schema)) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return { given: Object.keys(value), known: Object.keys(schema.shape) };
}

/** Recognizes an object that takes fields of any name. */
function isOpen({ def: { catchall } }: z.ZodObject): boolean {
  return catchall !== undefined && !(catchall instanceof z.ZodNever);
}

function readText(event: APIGatewayProxyEvent): unknown {
  const text = bodyText(event);
  if (text === '') throw missing();
  return parseJson(text);
}

async function readFormBody(
  contract: MultipartBody,
  event: APIGatewayProxyEvent,
  readForm: FormReader | undefined,
): Promise<RequestBody> {
  if (!readForm) throw new TypeError('An endpoint that takes a form was made without a reader of forms.');
  const contentType = requestHeader(event, 'content-type') ?? '';
  const chunks = mediaType(contentType) === 'multipart/form-data' ? formChunks(event) : [];
  const { body, files, names } = await readForm(contract, contentType, chunks);
  const single = Object.keys(contract.fields.shape);
  return { body, files, names: { given: names, known: [...single, contract.files.name], single } };
}

function formChunks(event: APIGatewayProxyEvent): readonly Uint8Array[] {
  const kept = keptBody(event);
  if (kept) return 'chunks' in kept ? kept.chunks : [];
  return [Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')];
}

function mediaType(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Decodes the body to text; bytes must be UTF-8. */
function bodyText(event: APIGatewayProxyEvent): string {
  if (!event.isBase64Encoded) return (event.body ?? '').replace(/^\ufeff/, '');
  return decodeUtf8(Buffer.from(event.body ?? '', 'base64'));
}

function missing(): RequestInvalidError {
  return invalid({ loc: ['body'], msg: 'Field required', type: 'missing' });
}

function invalid(problem: FieldProblem): RequestInvalidError {
  return new RequestInvalidError([problem]);
}
