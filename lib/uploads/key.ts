import { randomUUID } from 'node:crypto';
import type { KeepChoice } from '../contract/fields.ts';
import type { UploadContentType } from '../contract/uploads.ts';
import type { UploadTarget } from './port.ts';

const extensions = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
} as const satisfies Record<UploadContentType, string>;

/**
 * Returns an upload's mark in the audit trail by its key or path; `undefined` for a file that came otherwise.
 */
export function uploadDetail(key: string): string | undefined {
  const id = /([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.\w+$/.exec(key)?.[1];
  return id && `upload ${id}`;
}

/**
 * Makes a key that no other upload has: `uploads/<uuid>.<extension>` or `inbox/<entry
 * id>/<uuid>.<extension>`.
 */
export function uploadKey(target: UploadTarget, contentType: UploadContentType): string {
  const name = `${randomUUID()}.${extensions[contentType]}`;
  if (target.kind === 'entry') return `inbox/${target.entryId}/${name}`;
  return target.keep === undefined || target.keep === 'all'
    ? `uploads/${name}`
    : `uploads/keep-${target.keep}-${name}`;
}

/**
 * Returns an upload's name for clients who may not learn in which folder it is. The bucket's name is in the
 * form's address anyway, and stays.
 */
export function shortUploadName(image: string): string {
  return /^s3:/.test(image) ? image : image.split(/[\\/]/).slice(-2).join('/');
}

/** The wish that goes with an upload's name, in whatever form a request names it. */
export function keepOfUpload(input: string): KeepChoice {
  // A picture in base64 is long, and is no upload.
  const name =
    input.length <= 4096
      ? /(?:^|\/)uploads\/keep-(matches|none)-[0-9a-f-]{36}\.[a-z]+$/.exec(input)?.[1]
      : undefined;
  return (name as KeepChoice | undefined) ?? 'all';
}
