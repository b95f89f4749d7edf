import { setImmediate } from 'node:timers/promises';
import { Dicer } from '@fastify/busboy';
import type * as z from 'zod';
import { joinInTurns } from '../bytes-in-turns.ts';
import type { MultipartBody } from '../contract/endpoint.ts';
import { type FieldProblem, InputUnreadableError, RequestInvalidError } from '../errors.ts';
import { decodeFormText, parseHeader } from './form-text.ts';
import { fieldProblem, tooManyItems } from './validation.ts';

/** An uploaded file. */
export interface UploadedFile {
  /** Client's name for the file, without folders. It may be empty, and must not be trusted as a path. */
  readonly fileName: string;
  /** Content type as the client states it. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A reader of multipart/form-data bodies: `readMultipart`, which only functions that take forms import. */
export type FormReader = typeof readMultipart;

/** A part of a form, as it was sent. */
interface Part {
  readonly name: string;
  /** File name without folders; `undefined` for a field. */
  readonly fileName: string | undefined;
  readonly contentType: string;
  /** Encoding of the part's text, as the client names it. */
  readonly charset: string | undefined;
  readonly chunks: Buffer[];
}

/** Limit on parts, the same as Starlette's. */
const maxParts = 1000;
/**
 * Limit on a field's bytes: longer than any valid field, so that a text cut here is still too long for its
 * shape.
 */
const maxFieldBytes = 64 * 1024;
/** Field in which browsers name the form's encoding. */
const charsetField = '_charset_';
const maxPartHeaderBytes = 16 * 1024;
/** Limit on a boundary's bytes: RFC 2046 allows 70, and the parser takes 252. */
const maxBoundaryBytes = 252;

/**
 * Reads a multipart/form-data body. A field without text, and a file input where no file was chosen, count
 * as not sent, as in FastAPI; of a field sent twice the last counts. Fields and files of other names are
 * passed over, but are among `names`. Text that is not in the encoding that the client tells, or in UTF-8, is
 * read as Windows-1252.
 * @param chunks of the body, in their order.
 * @throws RequestInvalidError when the fields do not fit, or there are more files than the contract takes.
 * @throws InputUnreadableError when the body is not well-formed.
 */
export async function readMultipart<Fields extends z.ZodObject>(
  contract: MultipartBody<Fields>,
  contentType: string,
  chunks: readonly Uint8Array[],
): Promise<{ body: z.output<Fields>; files: UploadedFile[]; names: string[] }> {
  const isEmpty = chunks.every(({ length }) => length === 0);
  const parts = isEmpty ? [] : await parseParts(contentType, chunks);
  const fields = contract.fields.safeParse(fieldsOf(parts), { reportInput: true });
  const files = await filesOf(parts, contract.files.name);
  const problems = [
    ...(fields.error?.issues ?? []).map((issue) => fieldProblem(issue, 'body')),
    ...problemsOfFiles(parts, files.length, contract.files),
  ];
  if (!fields.success || problems.length > 0) throw new RequestInvalidError(problems);
  const names = parts.map(({ name }) => name).filter((name) => name !== charsetField);
  return { body: fields.data, files, names };
}

function parseParts(contentType: string, chunks: readonly Uint8Array[]): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parts: Part[] = [];
    let count = 0;
    let isFinished = false;
    /** Parts of which bytes are still to come: the parser may finish before it has given the last of them. */
    const open = new Set<object>();
    const resolveOnceRead = () => {
      if (isFinished && open.size === 0) resolve(parts);
    };
    const parser = createParser(contentType);
    const fail = (cause: unknown) => {
      reject(malformed(cause));
      // Nobody waits for the rest, which may have half a million parts.
      parser.destroy();
    };
    parser.on('part', (stream) => {
      if (++count > maxParts) fail(new Error(`it has more than ${maxParts} parts`));
      stream.on('error', fail);
      stream.on('header', (header) => {
        const part = count > maxParts ? undefined : startPart(header as PartHeader);
        if (part) parts.push(part);
        open.add(stream);
        stream.on('data', (chunk: Buffer) => part?.chunks.push(chunk));
        stream.on('end', () => {
          open.delete(stream);
          resolveOnceRead();
        });
      });
    });
    parser.on('error', fail);
    parser.on('finish', () => {
      isFinished = true;
      resolveOnceRead();
    });
    feed(parser, chunks).catch(fail);
  });
}

/** Values of each header; one character stands for one byte. */
type PartHeader = Readonly<Record<string, readonly string[] | undefined>>;

/** Makes the part that a header begins; returns `undefined` if it does not belong to a form. */
function startPart(header: PartHeader): Part | undefined {
  const disposition = parseHeader(header['content-disposition']?.[0] ?? '');
  const name = disposition.parameters.get('name');
  if (disposition.value !== 'form-data' || name === undefined) return undefined;
  const type = parseHeader(header['content-type']?.[0] ?? 'text/plain');
  const fileName = disposition.parameters.get('filename');
  const charset = type.parameters.get('charset');
  return { name, fileName: fileName && baseName(fileName), contentType: type.value, charset, chunks: [] };
}

/** Removes folders from a file's name: some clients send the whole path of their own system. */
function baseName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return name === '.' || name === '..' ? '' : name;
}

/** Bytes that are parsed at once, in at most 20 ms; between two pieces, other requests get their turn. */
const pieceBytes = 64 * 1024;

async function feed(parser: Dicer, chunks: readonly Uint8Array[]): Promise<void> {
  let sinceOthers = 0;
  for (const chunk of chunks) {
    if (!parser.writable) return;
    for (let at = 0; at < chunk.length && parser.writable; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      sinceOthers += piece.length;
      if (sinceOthers > pieceBytes) {
        sinceOthers = piece.length;
        await setImmediate();
      }
      parser.write(piece);
    }
  }
  if (parser.writable) parser.end();
}

/**
 * Makes the parser for the boundary that the header names.
 * @throws InputUnreadableError when the header names no boundary
 */
function createParser(contentType: string): Dicer {
  const boundary = parseHeader(contentType).parameters.get('boundary');
  if (!boundary) throw malformed(new Error('it has no boundary'));
  if (Buffer.byteLength(boundary) > maxBoundaryBytes) throw malformed(new Error('its boundary is too long'));
  const limits = { maxHeaderSize: maxPartHeaderBytes };
  return new Dicer({ boundary, ...limits });
}

function fieldsOf(parts: readonly Part[]): Record<string, string> {
  const fields = parts.filter(({ fileName }) => fileName === undefined);
  const bytesOf = ({ chunks }: Part) => Buffer.concat(chunks).subarray(0, maxFieldBytes);
  const charset = fields.findLast(({ name }) => name === charsetField);
  const formCharset = charset && bytesOf(charset).toString('latin1');
  return Object.fromEntries(
    fields.flatMap((field) => {
      const text = decodeFormText(bytesOf(field), field.charset ?? formCharset);
      return text === '' ? [] : [[field.name, text]];
    }),
  );
}

async function filesOf(parts: readonly Part[], name: string): Promise<UploadedFile[]> {
  const files: UploadedFile[] = [];
  const turns = { bytes: 0 };
  for (const part of parts) {
    const { fileName, contentType, chunks } = part;
    if (part.name !== name || fileName === undefined) continue;
    const bytes = await joinInTurns(chunks, turns);
    if (fileName !== '' || bytes.length > 0) files.push({ fileName, contentType, bytes });
  }
  return files;
}

function problemsOfFiles(
  parts: readonly Part[],
  fileCount: number,
  { name, maxCount }: MultipartBody['files'],
): FieldProblem[] {
  const loc = ['body', name];
  const texts = parts.filter((part) => part.fileName === undefined && part.name === name);
  return [
    ...texts.map(() => ({ loc, msg: 'Value error, expected a file', type: 'value_error' })),
    ...(fileCount > maxCount ? [{ loc, ...tooManyItems(maxCount) }] : []),
  ];
}

/**
 * Makes the error for a body that can't be parsed. The parser's message may be shown: it describes the form,
 * and never repeats its contents.
 */
function malformed(cause: unknown): InputUnreadableError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new InputUnreadableError(`The body cannot be read as multipart/form-data${why}.`, { cause });
}
