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
 * A key that no other upload has: `uploads/<uuid>.<extension>` or `inbox/<entry id>/<uuid>.<extension>`. What is to be kept of a picture goes
 * with it by its name, `uploads/keep-none-<uuid>.<extension>`: whoever processes it may not know of the wish.
 */
export function uploadKey(target: UploadTarget, contentType: UploadContentType): string {
  const name = `${randomUUID()}.${extensions[contentType]}`;
  if (target.kind === 'entry') return `inbox/${target.entryId}/${name}`;
  return target.keep === undefined || target.keep === 'all'
    ? `uploads/${name}`
    : `uploads/keep-${target.keep}-${name}`;
}

/** The wish that goes with an upload's name, in whatever form a request names it. */
export function keepOfUpload(input: string): KeepChoice {
  // A picture in base64 is long, and is no upload.
  const name = input.length <= 4096 ? /\/uploads\/keep-(matches|none)-[0-9a-f-]{36}\.[a-z]+$/.exec(input)?.[1] : undefined;
  return (name as KeepChoice | undefined) ?? 'all';
}
