import { encodeEventKey } from '../../local/emulators/s3.ts';

/** What is read of the event that S3 sends of an upload. */
export function uploadEvent(bucket: string, key: string): object {
  const object = { key: encodeEventKey(key) };
  return { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object } }] };
}
