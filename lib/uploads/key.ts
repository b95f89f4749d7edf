import { randomUUID } from 'node:crypto';
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
  const folder = target.kind === 'entry' ? `inbox/${target.entryId}` : 'uploads';
  return `${folder}/${randomUUID()}.${extensions[contentType]}`;
}
