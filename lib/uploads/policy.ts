import * as z from 'zod';
import { ForbiddenError, InputUnreadableError } from '../errors.ts';
import { pictureTooLarge } from '../inputs/too-large.ts';

/**
 * Conditions on a form, in the format of S3's POST policies. Only the parts that we use are here:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
const UploadPolicy = z.object({
  /** Time in ISO 8601, UTC. */
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal('content-length-range'), z.int(), z.int()]),
      z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
      z.record(z.string(), z.string()),
    ]),
  ),
});
export type UploadPolicy = z.output<typeof UploadPolicy>;

/** Bounds of the picture's size, in bytes. */
export interface SizeRange {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Fields that no condition needs to name. */
const freeFields = ['policy', 'signature', 'x-amz-signature'];

export function encodePolicy(policy: UploadPolicy): string {
  return Buffer.from(JSON.stringify(policy)).toString('base64');
}

/**
 * Checks a form's fields against its policy: it must not have expired, each condition must hold, and each
 * field must have a condition.
 * @param encoded the policy as the client sent it; its signature has been checked
 * @param fields by their names in lower case
 * @returns the bounds of the picture's size
 * @throws ForbiddenError when the policy does not allow the form
 * @throws InputUnreadableError when `encoded` is no policy
 */
export function checkPolicy(encoded: string, fields: ReadonlyMap<string, string>, now: Date): SizeRange {
  const { expiration, conditions } = decodePolicy(encoded);
  if (new Date(expiration) <= now) throw new ForbiddenError('This upload has expired. Ask for a new one.');
  let range: SizeRange = { minBytes: 0, maxBytes: Number.POSITIVE_INFINITY };
  const named = new Set(freeFields);
  const check = (name: string, holds: (value: string) => boolean) => {
    named.add(name.toLowerCase());
    if (!holds(fields.get(name.toLowerCase()) ?? '')) {
      throw new ForbiddenError(`The upload's field ${name} is not what was agreed on.`);
    }
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, wanted] of Object.entries(condition)) check(name, (value) => value === wanted);
    } else if (condition[0] === 'content-length-range') {
      range = { minBytes: condition[1], maxBytes: condition[2] };
    } else {
      const [kind, field, wanted] = condition;
      check(field.slice(1), (value) => (kind === 'eq' ? value === wanted : value.startsWith(wanted)));
    }
  }
  const extra = [...fields.keys()].find((name) => !named.has(name));
  if (extra !== undefined) throw new ForbiddenError('The upload has a field that was not agreed on.');
  return range;
}

/**
 * Passes a picture's bytes on as they arrive.
 * @throws InputTooLargeError as soon as there are too many bytes
 * @throws InputUnreadableError when too few have come
 */
export async function* within(
  { minBytes, maxBytes }: SizeRange,
  file: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of file) {
    size += chunk.length;
    if (size > maxBytes) throw pictureTooLarge(maxBytes);
    yield chunk;
  }
  if (size < minBytes) throw new InputUnreadableError('The picture has no bytes.');
}

function decodePolicy(encoded: string): UploadPolicy {
  try {
    return UploadPolicy.parse(JSON.parse(Buffer.from(encoded, 'base64').toString()));
  } catch (cause) {
    throw new InputUnreadableError("The upload's policy cannot be read.", { cause });
  }
}
