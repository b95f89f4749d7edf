/** Faults and copies of chosen files, as far as they are found without sending them. */

/** Faults for which a file is left out before it is sent. */
export type FileFault = 'no-picture' | 'too-large' | 'unreadable';

/** A larger file is no photo; reading it would take the memory of this page. */
const maxBytes = 100 * 1024 * 1024;

/**
 * First bytes of pictures that the service takes, or that some browser can convert: JPEG, PNG, GIF, WebP,
 * BMP, TIFF, JPEG XL and JPEG 2000. A dot stands for any byte; HEIF and AVIF begin with a box of any size.
 */
const pictureStart =
  /^(\xff\xd8\xff|\x89PNG\r\n|GIF8|RIFF....WEBP|BM|II\*|MM.\*|\xff\n|....(ftyp|JXL |jP {2}))/s;

/** Returns true if a file that begins with these bytes may be a picture. */
export function startsAsPicture(start: Uint8Array): boolean {
  return pictureStart.test(String.fromCharCode(...start.subarray(0, 16)));
}

/** Finds out by size and first bytes if a file can't be used; `undefined` if it may be. */
export async function unusable(file: Pick<Blob, 'size' | 'slice'>): Promise<FileFault | undefined> {
  if (file.size > maxBytes) return 'too-large';
  if (file.size === 0) return undefined;
  try {
    const start = new Uint8Array(await file.slice(0, 16).arrayBuffer());
    return startsAsPicture(start) ? undefined : 'no-picture';
  } catch {
    return 'unreadable';
  }
}

interface Owner<Content extends Blob> {
  readonly name: string;
  readonly pictures: readonly { readonly file: Content }[];
}

/**
 * Finds files of the same bytes. Returns for each of them the names of all who have it. Pages that are not
 * served by HTTPS have no digests, so files that agree in size and in three parts are compared whole.
 */
export async function namesOfCopies<Content extends Blob>(
  persons: readonly Owner<Content>[],
): Promise<ReadonlyMap<Content, readonly string[]>> {
  const owned = persons.flatMap(({ name, pictures }) => pictures.map(({ file }) => ({ name, file })));
  const names = new Map<Content, string[]>();
  for (const sameSize of Map.groupBy(owned, ({ file }) => file.size).values()) {
    if (sameSize.length === 1) continue;
    const known = new Map<string, Content[]>();
    for (const { name, file } of sameSize) {
      const parts = await partsOf(file);
      const others = known.get(parts) ?? [];
      const original = (await firstCopy(file, others)) ?? file;
      if (original === file) known.set(parts, [...others, file]);
      const owners = names.get(original) ?? [];
      if (!owners.includes(name)) owners.push(name);
      names.set(original, owners).set(file, owners);
    }
  }
  return names;
}

const partBytes = 1024;

/** Reads the beginning, the middle and the end of a file. */
async function partsOf(file: Blob): Promise<string> {
  const starts = [0, Math.floor(file.size / 2), Math.max(0, file.size - partBytes)];
  const parts = starts.map((start) => bytesOf(file.slice(start, start + partBytes)));
  return (await Promise.all(parts)).map((bytes) => String.fromCharCode(...bytes)).join('');
}

async function firstCopy<Content extends Blob>(
  file: Content,
  others: readonly Content[],
): Promise<Content | undefined> {
  if (others.length === 0) return undefined;
  const bytes = await bytesOf(file);
  for (const other of others) {
    const known = await bytesOf(other);
    if (bytes.every((byte, index) => byte === known[index])) return other;
  }
  return undefined;
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
