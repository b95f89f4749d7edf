import { originalHash } from '../images/kept-smaller.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import { withoutMetadata } from '../inputs/metadata.ts';
import { normalName } from '../names/normal-form.ts';
import type { SearchPattern } from './find.ts';
import { spellingsOf } from './spellings.ts';

/** Something that must not be found. */
export interface Trace {
  readonly label: string;
  readonly sought: SearchPattern;
}

/** Bytes that are taken from a picture at each of some places. In fewer, pictures with even areas agree. */
const windowBytes = 256;
const windows = 5;
/** Different values among these bytes: an even area alone has fewer. */
const leastValues = 16;

/**
 * Makes the forms in which a name may be written: as it was given and as it is kept, composed or not, in
 * JSON, in URLs, and in a folder's bytes; and a pattern for spellings that differ in case, accents and
 * hyphens. A name without any letter or digit has none.
 */
export function tracesOfName(name: string): Trace[] {
  const spellings = spellingsOf(name);
  if (!spellings) return [];
  const forms = new Set<string>();
  for (const form of [name, normalName(name)]) {
    for (const text of [form, form.normalize('NFC'), form.normalize('NFD')]) {
      forms.add(text);
      forms.add(JSON.stringify(text).slice(1, -1));
      forms.add(encodeURIComponent(text));
      forms.add(encodeURIComponent(text).replaceAll('%20', '+'));
      forms.add(text.toLowerCase());
    }
  }
  const texts = [...forms].filter((form) => form !== '').map((form) => Buffer.from(form));
  // Forms from other systems have the one byte for each letter.
  const latin = Buffer.from(name.normalize('NFC'), 'latin1');
  const isLatin = latin.toString('latin1') === name.normalize('NFC');
  const all = [...texts, ...(isLatin ? [latin] : [])];
  return [...all.map((sought) => ({ label: 'name', sought })), { label: 'name', sought: spellings }];
}

/**
 * Pieces of a picture, as it was sent and as it is stored, and what its smaller pictures tell of it.
 * @throws InputUnreadableError, UnsupportedFormatError, InputTooLargeError
 */
export async function tracesOfPicture(bytes: Uint8Array, label: string): Promise<Trace[]> {
  const measured = await measurePicture(bytes);
  const stored = await withoutMetadata(measured, () => decodePicture(measured));
  return [Buffer.from(bytes), Buffer.from(stored)].flatMap((picture) =>
    [...piecesOf(picture), Buffer.from(originalHash(picture))].map((sought) => ({ label, sought })),
  );
}

/** Not from its beginning, which many pictures share, nor from the end. */
function piecesOf(picture: Buffer): Buffer[] {
  if (picture.length < 4 * windowBytes) return [picture];
  return Array.from({ length: windows }, (_, index) => {
    const start = Math.floor((picture.length * (index + 2)) / (windows + 3)) - windowBytes / 2;
    return picture.subarray(start, start + windowBytes);
  }).filter((piece) => new Set(piece).size >= leastValues);
}
