import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Body, JsonBody, MultipartBody } from '../contract/endpoint.ts';
import { type FieldProblem, RequestInvalidError } from '../errors.ts';
import { requestHeader } from './headers.ts';
import { decodeUtf8, parseJson } from './json.ts';
import { keptBody } from './kept-body.ts';
import type { FormReader, UploadedFile } from './multipart.ts';
import { validate } from './validation.ts';

/**
 * Reads a request's body from its bytes, as the contract describes it.
 * @param readForm reads a multipart body, where the contract has one
 * @throws RequestInvalidError, InputUnreadableError
 */
export async function readBody(
  contract: Body | undefined,
  event: APIGatewayProxyEvent,
  readForm: FormReader | undefined,
): Promise<{ body: unknown; files: readonly UploadedFile[] }> {
  switch (contract?.kind) {
    case undefined:
      return { body: undefined, files: [] };
    case 'json':
      return { body: readJson(contract, event), files: [] };
    case 'multipart':
      return readFormBody(contract, event, readForm);
  }
}

/**
 * Reads a JSON body. A body without a content type counts as JSON. Any other type is refused, so that a web
 * page's form can't pass for JSON.
 */
function readJson(contract: JsonBody, event: APIGatewayProxyEvent): unknown {
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
  return validate(contract.schema, kept && 'value' in kept ? kept.value : readText(event), 'body');
}

function readText(event: APIGatewayProxyEvent): unknown {
  const text = bodyText(event);
  if (text === '') throw missing();
  return parseJson(text);
}

function readFormBody(
  contract: MultipartBody,
  event: APIGatewayProxyEvent,
  readForm: FormReader | undefined,
) {
  if (!readForm) throw new TypeError('An endpoint that takes a form was made without a reader of forms.');
  const contentType = requestHeader(event, 'content-type') ?? '';
  const chunks = mediaType(contentType) === 'multipart/form-data' ? formChunks(event) : [];
  return readForm(contract, contentType, chunks);
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
