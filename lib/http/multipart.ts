import { setImmediate } from 'node:timers/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type * as z from 'zod';
import type { MultipartBody } from '../contract/endpoint.ts';
import { type FieldProblem, InputUnreadableError, RequestInvalidError } from '../errors.ts';
import { fieldProblem, tooManyItems } from './validation.ts';

/** A file as it was uploaded. */
export interface UploadedFile {
  /** The client's name for it, without folders; may be empty, and is not to be trusted as a path. */
  readonly fileName: string;
  /** What the client says that it is. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Reads a multipart/form-data body: `readMultipart`, which only functions that take forms import. */
export type FormReader = typeof readMultipart;

/** A part of a form, as it was sent. */
type Part =
  | { readonly name: string | undefined; readonly text: string }
  | {
      readonly name: string | undefined;
      readonly fileName: string;
      readonly contentType: string;
      readonly chunks: Buffer[];
    };

/** As many as Starlette reads. */
const maxParts = 1000;
/** Longer than any field that we take, so that a text cut here is still too long for its shape. */
const maxFieldBytes = 64 * 1024;
const maxPartHeaderBytes = 16 * 1024;

/**
 * Reads a multipart/form-data body. A field without text, and a file input where no file was chosen, count as not sent, as in
 * FastAPI; of a field sent twice the last counts; fields and files of other names are ignored.
 * @throws RequestInvalidError when the fields do not fit, or there are more files than the contract takes.
 * @throws InputUnreadableError when the body is not well-formed.
 */
export async function readMultipart<Fields extends z.ZodObject>(
  contract: MultipartBody<Fields>,
  contentType: string,
  bytes: Uint8Array,
): Promise<{ body: z.output<Fields>; files: UploadedFile[] }> {
  const parts = bytes.length === 0 ? [] : await parseParts(contentType, bytes);
  const fields = contract.fields.safeParse(fieldsOf(parts), { reportInput: true });
  const files = filesOf(parts, contract.files.name);
  const problems = [
    ...(fields.error?.issues ?? []).map((issue) => fieldProblem(issue, 'body')),
    ...problemsOfFiles(parts, files.length, contract.files),
  ];
  if (!fields.success || problems.length > 0) throw new RequestInvalidError(problems);
  return { body: fields.data, files };
}

function parseParts(contentType: string, bytes: Uint8Array): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parts: Part[] = [];
    const fail = (cause: unknown) => reject(malformed(cause));
    const parser = createParser(contentType);
    parser.on('field', (name: string | undefined, text) => parts.push({ name, text }));
    parser.on('file', (name: string | undefined, stream, fileName, _encoding, type) => {
      const chunks: Buffer[] = [];
      parts.push({ name, fileName, contentType: type, chunks });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', fail);
    });
    parser.on('partsLimit', () => fail(new Error(`it has more than ${maxParts} parts`)));
    parser.on('error', fail);
    parser.on('finish', () => resolve(parts));
    feed(parser, bytes).catch(fail);
  });
}

/** In pieces, between which other requests are answered. */
const pieceBytes = 256 * 1024;

async function feed(parser: BusboyInstance, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length && parser.writable; at += pieceBytes) {
    if (at > 0) await setImmediate();
    parser.write(bytes.subarray(at, at + pieceBytes));
  }
  parser.end();
}

/** @throws InputUnreadableError when the header names no boundary. */
function createParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { parts: maxParts, fieldSize: maxFieldBytes, headerSize: maxPartHeaderBytes },
      isPartAFile: (_name, _contentType, fileName) => fileName !== undefined,
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

function fieldsOf(parts: readonly Part[]): Record<string, string> {
  return Object.fromEntries(
    parts.flatMap((part) =>
      'text' in part && part.name !== undefined && part.text !== '' ? [[part.name, part.text]] : [],
    ),
  );
}

function filesOf(parts: readonly Part[], name: string): UploadedFile[] {
  return parts
    .flatMap((part) => ('chunks' in part && part.name === name ? [part] : []))
    .map(({ fileName, contentType, chunks }) => ({ fileName, contentType, bytes: Buffer.concat(chunks) }))
    .filter(({ fileName, bytes }) => fileName !== '' || bytes.length > 0);
}

function problemsOfFiles(
  parts: readonly Part[],
  fileCount: number,
  { name, maxCount }: MultipartBody['files'],
): FieldProblem[] {
  const loc = ['body', name];
  const texts = parts.filter((part) => 'text' in part && part.name === name);
  return [
    ...texts.map(() => ({ loc, msg: 'Value error, expected a file', type: 'value_error' })),
    ...(fileCount > maxCount ? [{ loc, ...tooManyItems(maxCount) }] : []),
  ];
}

/** The parser's messages tell of the form, never of what is in it. */
function malformed(cause: unknown): InputUnreadableError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new InputUnreadableError(`The body cannot be read as multipart/form-data${why}.`, { cause });
}
