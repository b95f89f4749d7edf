/** Origin of a picture, as its client tells it. */
export interface Origin {
  /** A camera, a door, a program; 1..100 characters in the normal form of names. */
  readonly source: string | null;
  /** The client's own id or file name of the picture, as it came; 1..255 characters. */
  readonly reference: string | null;
}

export const noOrigin: Origin = { source: null, reference: null };

/** Fields of a picture that no camera of this service saw, which older records lack. */
export const noCamera = { camera: null, track: null } as const;

/*
 * An upload's origin is kept beside its picture: in S3 as metadata, which must be ASCII and 2 KB at most, and
 * here in a file.
 */

/** Returns the path of the file beside an upload on disk that tells its origin. */
export const originFile = (path: string) => `${path}.json`;
/** More than any origin has as JSON. */
export const maxOriginBytes = 8 * 1024;

/** Prefix of the form's fields, and in S3 of the metadata's headers. */
const metadataPrefix = 'x-amz-meta-';

/** Returns the fields of an upload's form that carry its origin. */
export function originFields({ source, reference }: Origin): Record<string, string> {
  return {
    ...(source !== null && { [`${metadataPrefix}source`]: encode(source) }),
    ...(reference !== null && { [`${metadataPrefix}reference`]: encode(reference) }),
  };
}

/** Reads an origin out of a form's fields; `undefined` where they tell none. */
export function originOfFields(fields: ReadonlyMap<string, string>): Origin | undefined {
  const { source, reference } = originOfMetadata({
    source: fields.get(`${metadataPrefix}source`),
    reference: fields.get(`${metadataPrefix}reference`),
  });
  return source === null && reference === null ? undefined : { source, reference };
}

/** Reads an origin out of an object's metadata, whose keys S3 tells without the prefix. */
export function originOfMetadata({
  source,
  reference,
}: Readonly<Record<string, string | undefined>>): Origin {
  return { source: decode(source), reference: decode(reference) };
}

const encode = (text: string) => Buffer.from(text).toString('base64url');
const decode = (text: string | undefined) => (text ? Buffer.from(text, 'base64url').toString() : null);

/** Origins of pictures that were read, by their bytes. */
const origins = new WeakMap<Uint8Array, Origin>();

/** Notes where a picture came from, for whoever gets its bytes. */
export function noteOrigin(bytes: Uint8Array, origin: Origin): void {
  origins.set(bytes, origin);
}

/** Returns where a picture that was read came from, as far as its upload told. */
export function originOf(bytes: Uint8Array): Origin {
  return origins.get(bytes) ?? noOrigin;
}
