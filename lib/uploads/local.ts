import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ForbiddenError, InputUnreadableError } from '../errors.ts';
import { originFile, originOfFields } from '../origin.ts';
import { removeStaleUploads, writeUpload } from './files.ts';
import { uploadKey } from './key.ts';
import { checkPolicy, encodePolicy, within } from './policy.ts';
import { originFieldsOf, type Uploads, uploadSeconds } from './port.ts';

/** Where the local server takes forms; S3 does it in AWS. */
export const uploadPath = '/api/v1/uploads';

export interface LocalUploadsOptions {
  /** Pictures go to `uploads` and `inbox` in it. */
  readonly dataDir: string;
  readonly maxImageBytes: number;
}

/** Uploads to the folders of one machine. */
export interface LocalUploads extends Uploads {
  readonly maxImageBytes: number;
  /**
   * Checks a form, and gives what takes its picture. What that has resolved of is on disk, whole; what failed left nothing. It rejects
   * with InputTooLargeError as soon as there are too many bytes, InputUnreadableError when there are none, and
   * BackendUnavailableError when it can't be written.
   * @param fields the form's fields before the picture, by their names in small letters.
   * @throws ForbiddenError when the form is not one of ours, or too late; InputUnreadableError when fields are missing.
   */
  permit(fields: ReadonlyMap<string, string>): (file: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Takes a form's picture: both steps of `permit`, with all that they throw. */
  receive(fields: ReadonlyMap<string, string>, file: AsyncIterable<Uint8Array>): Promise<void>;
}

/**
 * Opens the uploads. Forms are signed with a secret of this process: after a new start, clients ask for new ones. Folders are made
 * when the first picture comes.
 */
export function openLocalUploads({ dataDir, maxImageBytes }: LocalUploadsOptions): LocalUploads {
  const root = resolve(dataDir);
  const secret = randomBytes(32);
  const sign = (policy: string) => createHmac('sha256', secret).update(policy).digest();
  const permit: LocalUploads['permit'] = (fields) => {
    const key = required(fields, 'key');
    const policy = required(fields, 'policy');
    const given = Buffer.from(required(fields, 'signature'), 'base64url');
    const wanted = sign(policy);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new ForbiddenError('The signature does not belong to this upload.');
    }
    // Its key, too, is then one that was made here.
    const range = checkPolicy(policy, fields, new Date());
    const path = join(root, key);
    const origin = originOfFields(fields);
    return async (file) => {
      if (!origin) return writeUpload(path, within(range, file));
      // First, so that a picture that is there has it; without a picture, it is removed with other stale uploads.
      await writeUpload(originFile(path), Buffer.from(JSON.stringify(origin)));
      return writeUpload(path, within(range, file));
    };
  };
  return {
    maxImageBytes,
    async create(target, contentType) {
      const key = uploadKey(target, contentType);
      const expiresAt = new Date(Date.now() + uploadSeconds * 1000);
      const told = { 'Content-Type': contentType, ...originFieldsOf(target) };
      const policy = encodePolicy({
        expiration: expiresAt.toISOString(),
        conditions: [
          { key },
          ...Object.entries(told).map(([name, value]) => ({ [name]: value })),
          ['content-length-range', 1, maxImageBytes],
        ],
      });
      const signature = sign(policy).toString('base64url');
      const fields = { ...told, key, policy, signature };
      return { url: uploadPath, fields, image: join(root, key), maxBytes: maxImageBytes, expiresAt };
    },
    permit,
    receive: async (fields, file) => permit(fields)(file),
    removeStale: (olderThan) => removeStaleUploads(root, olderThan),
  };
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new InputUnreadableError(`The form has no field ${name} before its file.`);
  return value;
}
