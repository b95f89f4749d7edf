import { encodeEventKey } from '../../local/emulators/s3.ts';

/** Makes S3's event for an upload, with the fields that are read. */
export function uploadEvent(bucket: string, key: string): object {
  const object = { key: encodeEventKey(key) };
  return { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object } }] };
}
