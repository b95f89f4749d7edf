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
 * Finds files of the same bytes, and one that several people have. Returns for each of them the names of all
 * who have it. Pages that are not served by HTTPS have no digests, so files of one size are compared.
 */
export async function namesOfCopies<Content extends Blob>(
  persons: readonly Owner<Content>[],
): Promise<ReadonlyMap<Content, readonly string[]>> {
  const owned = persons.flatMap(({ name, pictures }) => pictures.map(({ file }) => ({ name, file })));
  const names = new Map<Content, string[]>();
  for (const sameSize of Map.groupBy(owned, ({ file }) => file.size).values()) {
    if (sameSize.length === 1) continue;
    const known: { readonly bytes: Uint8Array; readonly names: string[] }[] = [];
    for (const { name, file } of sameSize) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const found = known.find((other) => isSame(other.bytes, bytes)) ?? { bytes, names: [] };
      if (found.names.length === 0) known.push(found);
      if (!found.names.includes(name)) found.names.push(name);
      names.set(file, found.names);
    }
  }
  return names;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, index) => byte === other[index]);
}
