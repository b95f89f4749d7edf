import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ForbiddenError, InputUnreadableError } from '../errors.ts';
import { originFile, originOfFields } from '../origin.ts';
import { removeStaleUploads, writeUpload } from './files.ts';
import { uploadKey } from './key.ts';
import { checkPolicy, encodePolicy, within } from './policy.ts';
import { originFieldsOf, type Uploads, uploadSeconds } from './port.ts';

/** Path at which the local server takes forms; in AWS, S3 takes them. */
export const uploadPath = '/api/v1/uploads';

export interface LocalUploadsOptions {
  /** Folder whose `uploads` and `inbox` take the pictures. */
  readonly dataDir: string;
  readonly maxImageBytes: number;
}

/** Uploads to the folders of one machine. */
export interface LocalUploads extends Uploads {
  readonly maxImageBytes: number;
  /**
   * Checks a form, and returns the function that takes its picture. When that function resolves, the whole
   * picture is on disk; when it fails, nothing is.
   *
   * It rejects with InputTooLargeError as soon as there are too many bytes, and with InputUnreadableError
   * when there are none. It rejects with BackendUnavailableError when the picture can't be written.
   * @param fields the form's fields before the picture, by their names in lower case
   * @throws ForbiddenError when the form is not one of ours, or has expired
   * @throws InputUnreadableError when fields are missing
   */
  permit(fields: ReadonlyMap<string, string>): (file: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Takes a form's picture: does both steps of `permit`, and throws the same errors. */
  receive(fields: ReadonlyMap<string, string>, file: AsyncIterable<Uint8Array>): Promise<void>;
}

/**
 * Opens the uploads. A secret of this process signs the forms, so after a restart clients must ask for new
 * ones. Folders are made when the first picture arrives.
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
    // The signature also proves that this process made the key.
    const range = checkPolicy(policy, fields, new Date());
    const path = join(root, key);
    const origin = originOfFields(fields);
    return async (file) => {
      if (!origin) return writeUpload(path, within(range, file));
      // Before the picture, so that a picture never lacks it. Alone, it is removed with other stale uploads.
      await writeUpload(originFile(path), Buffer.from(JSON.stringify(origin)));
      return writeUpload(path, within(range, file));
    };
  };
  return {
    maxImageBytes,
    async create(target, contentType) {
      const key = uploadKey(target, contentType);
      const expiresAt = new Date(Date.now() + uploadSeconds * 1000);
      const given = { 'Content-Type': contentType, ...originFieldsOf(target) };
      const policy = encodePolicy({
        expiration: expiresAt.toISOString(),
        conditions: [
          { key },
          ...Object.entries(given).map(([name, value]) => ({ [name]: value })),
          ['content-length-range', 1, maxImageBytes],
        ],
      });
      const signature = sign(policy).toString('base64url');
      const fields = { ...given, key, policy, signature };
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
