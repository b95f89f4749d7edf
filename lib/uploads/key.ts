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
 * Makes a key that no other upload has: `uploads/<uuid>.<extension>` or `inbox/<entry
 * id>/<uuid>.<extension>`.
 */
export function uploadKey(target: UploadTarget, contentType: UploadContentType): string {
  const folder = target.kind === 'entry' ? `inbox/${target.entryId}` : 'uploads';
  return `${folder}/${randomUUID()}.${extensions[contentType]}`;
}
