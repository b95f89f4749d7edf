import { extname } from 'node:path';
import type { PictureFormat } from '../inputs/picture.ts';

const extensions = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
} as const satisfies Record<PictureFormat, string>;

const contentTypes: ReadonlyMap<string, string> = new Map(
  Object.entries(extensions).map(([format, extension]) => [extension, `image/${format}`]),
);

/** First segments of all keys; a deployment may keep each in a folder of its own. */
export const imageFolders = ['blacklist', 'processed', 'cropped'] as const;
export type ImageFolder = (typeof imageFolders)[number];

/** Key of the bucket's object that holds the id of its owner, a record store. It can't be a picture's key. */
export const bucketOwnerKey = 'face-blacklist-owner';

/** Length that every store takes: the shortest limit is a file system's, for one name. */
const maxKeyLength = 255;

/**
 * Pattern of all keys. No segment starts with a dot: this rules out `.` and `..`, and leaves such names to
 * the file system's temporary files.
 */
const keyPattern = /^(?:blacklist|processed|cropped)(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const idPattern = /^[A-Za-z0-9-]+$/;
const referencePattern = /^blacklist\/[0-9]+\/([A-Za-z0-9-]+)\.[a-z]+$/;
const processedPattern = /^processed\/[0-9-]+\/([A-Za-z0-9-]+)-(?:original|annotated)\.[a-z]+$/;
const cropPattern = /^cropped\/[0-9-]+\/([A-Za-z0-9-]+)\.[a-z]+$/;

/** Part of the names of smaller pictures, and of no other: ids have no dots. */
export const smallerMark = '.small-';
const smallerPattern = /^(.+\.[a-z]+)\.small-[0-9]+(?:-face)?\.jpg$/;

/** Longer sides, in pixels, of the smaller pictures that are kept beside their originals. */
export const smallerSizes = [160, 320, 640] as const;

/** Names a smaller picture, which is kept beside the one that it is made of. */
export function smallerKey(key: string, size: number, isFace: boolean): string {
  return checkKey(`${key}${smallerMark}${size}${isFace ? '-face' : ''}.jpg`);
}

/** Names all smaller pictures that there may be of a picture; none of one that is smaller itself. */
export function smallerKeys(key: string): string[] {
  if (largerKeyOf(key) !== undefined) return [];
  return smallerSizes.flatMap((size) => [smallerKey(key, size, false), smallerKey(key, size, true)]);
}

/** Reads the key of the picture that a smaller one is made of; returns `undefined` for any other key. */
export function largerKeyOf(key: string): string | undefined {
  return smallerPattern.exec(key)?.[1];
}

export function isKey(text: string): boolean {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

/**
 * Returns the key, checked.
 * @throws RangeError when it is no key; only this file builds keys, so a bad one is a programming error
 */
export function checkKey(key: string): string {
  if (isKey(key)) return key;
  throw new RangeError(
    `An image key is one of ${imageFolders.join(', ')}, then "/" and a name once or more, ${maxKeyLength} characters at most; ` +
      'a name is made of letters, digits, ".", "_" and "-" and does not start with "."',
  );
}

/**
 * Names the folder of an entry's reference images, `blacklist/<entry id>`. With a slash behind, it is the
 * prefix of their keys.
 */
export function entryFolder(entryId: number): string {
  return checkKey(`blacklist/${entryId}`);
}

/**
 * Names the original of a reference image: `blacklist/<entry id>/<image id>.<extension>`.
 * @throws RangeError when the image id has other characters than letters, digits and hyphens
 */
export function referenceKey(entryId: number, imageId: string, format: PictureFormat): string {
  return checkKey(`${entryFolder(entryId)}/${checkId(imageId)}.${extensions[format]}`);
}

/**
 * Names the files of a processed picture, under the day (UTC) of `date`.
 * @param format format of the original
 * @param copies format of the annotated copy and the crop; this service draws JPEG
 * @throws RangeError when the picture id has other characters than letters, digits and hyphens
 */
export function processedKeys(
  pictureId: string,
  date: Date,
  format: PictureFormat,
  copies: PictureFormat = 'jpeg',
) {
  checkId(pictureId);
  const day = date.toISOString().slice(0, 'yyyy-mm-dd'.length);
  return {
    original: checkKey(`processed/${day}/${pictureId}-original.${extensions[format]}`),
    annotated: checkKey(`processed/${day}/${pictureId}-annotated.${extensions[copies]}`),
    crop: checkKey(`cropped/${day}/${pictureId}.${extensions[copies]}`),
  };
}

export type ProcessedKeys = ReturnType<typeof processedKeys>;

/** Reads the image id from a key made by `referenceKey`; returns `undefined` for any other. */
export function imageIdOfKey(key: string): string | undefined {
  return referencePattern.exec(key)?.[1];
}

/** Reads the entry's id from a key made by `referenceKey`; returns `undefined` for any other. */
export function entryIdOfKey(key: string): number | undefined {
  return referencePattern.test(key) ? Number(key.split('/')[1]) : undefined;
}

/** Reads the picture id from a key made by `processedKeys`; returns `undefined` for any other. */
export function pictureIdOfKey(key: string): string | undefined {
  return (processedPattern.exec(key) ?? cropPattern.exec(key))?.[1];
}

/** Tells the media type of a key's picture. */
export function contentTypeOf(key: string): string {
  return contentTypes.get(extname(key).slice(1)) ?? 'application/octet-stream';
}

/**
 * Finds the key of a processed picture of which only the location is known. The location may be older than a
 * move of the folders. Returns `undefined` if it is no processed picture's.
 */
export function processedKeyAt(location: string): string | undefined {
  const dayAndName = location.split('/').slice(-2).join('/');
  return ['processed', 'cropped']
    .map((folder) => `${folder}/${dayAndName}`)
    .find((key) => pictureIdOfKey(key) !== undefined);
}

/** Tells if a text can be an image's id. */
export function isImageId(text: string): boolean {
  return text.length <= maxKeyLength && idPattern.test(text);
}

function checkId(id: string): string {
  if (idPattern.test(id)) return id;
  throw new RangeError('The id of an image or a picture is made of letters, digits and "-".');
}
