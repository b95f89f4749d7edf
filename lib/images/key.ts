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

/** The first segments of all keys; a deployment may keep each in a place of its own. */
export const imageFolders = ['blacklist', 'processed', 'cropped'] as const;
export type ImageFolder = (typeof imageFolders)[number];

/** In a bucket, the object that holds the id of the record store to which the pictures belong. It is none of a picture's keys. */
export const bucketOwnerKey = 'face-blacklist-owner';

/** As long as the shortest limit around: one name in a file system. */
const maxKeyLength = 255;

/** No segment starts with a dot: that rules out `.` and `..`, and leaves such names to the file system's temporary files. */
const keyPattern = /^(?:blacklist|processed|cropped)(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const idPattern = /^[A-Za-z0-9-]+$/;
const referencePattern = /^blacklist\/[0-9]+\/([A-Za-z0-9-]+)\.[a-z]+$/;
const processedPattern = /^processed\/[0-9-]+\/([A-Za-z0-9-]+)-(?:original|annotated)\.[a-z]+$/;
const cropPattern = /^cropped\/[0-9-]+\/([A-Za-z0-9-]+)\.[a-z]+$/;

export function isKey(text: string): boolean {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

/**
 * Returns the key as it is.
 * @throws RangeError when it is none: keys are built by this file, so a bad one is a fault of ours.
 */
export function checkKey(key: string): string {
  if (isKey(key)) return key;
  throw new RangeError(
    `An image key is one of ${imageFolders.join(', ')}, then "/" and a name once or more, ${maxKeyLength} characters at most; ` +
      'a name is made of letters, digits, ".", "_" and "-" and does not start with "."',
  );
}

/** Where an entry's reference images are: `blacklist/<entry id>`. With a slash at its end it is their prefix. */
export function entryFolder(entryId: number): string {
  return checkKey(`blacklist/${entryId}`);
}

/**
 * `blacklist/<entry id>/<image id>.<extension>`: the original of a reference image.
 * @throws RangeError when the image id is not made of letters, digits and hyphens.
 */
export function referenceKey(entryId: number, imageId: string, format: PictureFormat): string {
  return checkKey(`${entryFolder(entryId)}/${checkId(imageId)}.${extensions[format]}`);
}

/**
 * The keys of a processed picture, under the day (UTC) of `date`. `format` is the original's; what we draw is JPEG.
 * @throws RangeError when the picture id is not made of letters, digits and hyphens.
 */
export function processedKeys(pictureId: string, date: Date, format: PictureFormat) {
  checkId(pictureId);
  const day = date.toISOString().slice(0, 'yyyy-mm-dd'.length);
  return {
    original: checkKey(`processed/${day}/${pictureId}-original.${extensions[format]}`),
    annotated: checkKey(`processed/${day}/${pictureId}-annotated.jpg`),
    crop: checkKey(`cropped/${day}/${pictureId}.jpg`),
  };
}

export type ProcessedKeys = ReturnType<typeof processedKeys>;

/** The image id in a key that `referenceKey` made; `undefined` for any other. */
export function imageIdOfKey(key: string): string | undefined {
  return referencePattern.exec(key)?.[1];
}

/** The picture id in a key that `processedKeys` made; `undefined` for any other. */
export function pictureIdOfKey(key: string): string | undefined {
  return (processedPattern.exec(key) ?? cropPattern.exec(key))?.[1];
}

/** The media type of what is stored under a key. */
export function contentTypeOf(key: string): string {
  return contentTypes.get(extname(key).slice(1)) ?? 'application/octet-stream';
}

/**
 * The key of a processed picture of which only the location is known, be it from before the folders were moved; `undefined` when it is no
 * such picture's.
 */
export function processedKeyAt(location: string): string | undefined {
  const dayAndName = location.split('/').slice(-2).join('/');
  return ['processed', 'cropped']
    .map((folder) => `${folder}/${dayAndName}`)
    .find((key) => pictureIdOfKey(key) !== undefined);
}

/** Whether an image can have this id. */
export function isImageId(text: string): boolean {
  return text.length <= maxKeyLength && idPattern.test(text);
}

function checkId(id: string): string {
  if (idPattern.test(id)) return id;
  throw new RangeError('The id of an image or a picture is made of letters, digits and "-".');
}
