import { join, resolve } from 'node:path';
import { InputTooLargeError, InputUnreadableError } from '../errors.ts';
import { maxOriginBytes, noteOrigin, originFile } from '../origin.ts';
import { isUploadName } from '../upload-name.ts';
import { ownAddresses } from './address-check.ts';
import { decodeBase64 } from './base64.ts';
import { decodedPicture } from './decoded-pictures.ts';
import { isPathBelow, readLocalPath } from './local-path.ts';
import { removeUpload } from './remove-upload.ts';
import { pictureTooLarge } from './too-large.ts';
import { createUrlReader } from './url.ts';
import { noSuchPicture, withhold } from './withheld-files.ts';

export interface InputReaderOptions {
  /** Folder that local paths are read from; `undefined` turns them off. */
  readonly imageRoot: string | undefined;
  /**
   * Folder of uploads, if there is one: its files are read by their absolute paths, wherever `imageRoot` is.
   */
  readonly uploadsFolder?: string | undefined;
  /** Folders below `imageRoot` whose pictures are not read: those that the service keeps. */
  readonly hiddenFolders?: readonly string[];
  /**
   * True for clients who may not learn which files there are: a file that is no picture, or is too large, is
   * told of as an absent one.
   */
  readonly withholdsFiles?: boolean;
  /** Largest size of one picture in bytes, as sent. */
  readonly maxImageBytes: number;
  /** Networks, besides the public internet, that http(s) URLs may lead to. */
  readonly urlNetworks?: readonly string[];
  /** Reads an http(s) URL; from the public internet and `urlNetworks` by default. */
  readonly readUrl?: (url: string) => Promise<Uint8Array>;
  /** Reads an `s3://bucket/key`, where the backend has S3. */
  readonly readS3?: (uri: string) => Promise<Uint8Array>;
  /** Deletes the upload that an `s3://bucket/key` names. */
  readonly forgetS3?: (uri: string) => Promise<void>;
}

export interface InputReader {
  /**
   * Reads the bytes of a picture without decoding them, see `decodePicture`.
   * @throws InputUnreadableError when the input is of no accepted kind, or can't be read
   * @throws InputTooLargeError when the picture exceeds the limit
   * @throws BackendUnavailableError when S3 fails
   */
  read(input: string): Promise<Uint8Array>;
  /**
   * Deletes the upload that an input names, where nothing may be kept of it; other inputs stay where they
   * are.
   * @throws BackendUnavailableError
   */
  forget(input: string): Promise<void>;
}

/**
 * Makes a reader of the image strings in requests: http(s) URLs, base64, local paths and, with `readS3`,
 * `s3://` URIs.
 * @example
 * const bytes = await createInputReader({ imageRoot: '/srv/pictures', maxImageBytes }).read('door/1.jpg');
 */
export function createInputReader(options: InputReaderOptions): InputReader {
  const { maxImageBytes, urlNetworks = [] } = options;
  const { readUrl = createUrlReader({ maxBytes: maxImageBytes, isOwnAddress: ownAddresses(urlNetworks) }) } =
    options;
  return {
    forget: (input) => forgetUpload(input, options),
    async read(input) {
      const decoded = decodedPicture(input);
      if (decoded instanceof InputUnreadableError) throw decoded;
      if (decoded !== undefined && decoded.length > maxImageBytes) throw pictureTooLarge(maxImageBytes);
      if (decoded !== undefined) return decoded;
      const text = input.trim();
      if (isAddress(text)) return readAddress(text, { ...options, readUrl });
      if (isEncoded(text)) return decodeBase64(text, maxImageBytes);
      return readFile(input, options);
    },
  };
}

async function forgetUpload(
  input: string,
  { imageRoot, uploadsFolder, forgetS3 }: InputReaderOptions,
): Promise<void> {
  if (input.length > maxPathLength) return;
  if (/^s3:\/\//i.test(input.trim())) return forgetS3?.(input.trim());
  if (uploadsFolder === undefined) return;
  const path = uploadPathOf(input, uploadsFolder) ?? resolve(imageRoot ?? '/', input);
  await removeUpload(uploadsFolder, path);
}

/** Returns true for the addresses that pictures are fetched from: http(s) URLs and `s3://` URIs. */
function isAddress(text: string): boolean {
  return /^(https?|s3):\/\//i.test(text);
}

async function readAddress(
  address: string,
  { readUrl, readS3 }: Pick<InputReaderOptions, 'readS3'> & Required<Pick<InputReaderOptions, 'readUrl'>>,
): Promise<Uint8Array> {
  if (address.length > maxAddressLength) {
    throw new InputUnreadableError(`An image's address has at most ${maxAddressLength} characters.`);
  }
  if (/^http/i.test(address)) return readUrl(address);
  if (readS3 !== undefined) return readS3(address);
  throw new InputUnreadableError('Pictures in S3 are read with the aws_rekognition backend only.');
}

async function readFile(
  input: string,
  { imageRoot, uploadsFolder, hiddenFolders, withholdsFiles, maxImageBytes, readS3 }: InputReaderOptions,
): Promise<Uint8Array> {
  const text = input.trim();
  // `file:` URLs are refused with all other schemes: a plain path means the same, and is written in only one
  // way.
  if (text === '' || /^(?:file:|[a-z][a-z0-9+.-]*:\/\/)/i.test(text)) {
    throw new InputUnreadableError(
      `An image is an http(s) URL, ${readS3 ? 's3://bucket/key, ' : ''}base64 (with or without a data:<type>;base64, head) or a local path.`,
    );
  }
  const upload = uploadsFolder === undefined ? undefined : uploadPathOf(input, uploadsFolder);
  if (uploadsFolder !== undefined && upload !== undefined) {
    return readUpload(upload, uploadsFolder, maxImageBytes);
  }
  const reading = readLocalPath(input, imageRoot, maxImageBytes, hiddenFolders);
  return withholdsFiles ? withheldFile(reading) : reading;
}

/**
 * Returns the path of an upload that an input names: by its absolute path, or by `uploads/` and its name, as
 * clients get it who may not learn where the folder is. Returns `undefined` for other inputs.
 */
function uploadPathOf(input: string, folder: string): string | undefined {
  if (isPathBelow(input, folder)) return input;
  const [start, name, ...rest] = input.split('/');
  const isUpload = start === 'uploads' && name !== undefined && rest.length === 0 && isUploadName(name);
  return isUpload ? join(folder, name) : undefined;
}

/** Reads a file for a client who may not learn which files there are. */
async function withheldFile(reading: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    const bytes = await reading;
    withhold(bytes);
    return bytes;
  } catch (error) {
    throw error instanceof InputTooLargeError ? noSuchPicture(error) : error;
  }
}

/** Reads an upload's picture, and notes where it came from. */
async function readUpload(path: string, folder: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await readLocalPath(path, folder, maxBytes);
  const origin = await readLocalPath(originFile(path), folder, maxOriginBytes).catch(() => undefined);
  if (origin) noteOrigin(bytes, JSON.parse(Buffer.from(origin).toString()));
  return bytes;
}

/** First characters of base64-encoded JPEG (in either alphabet), PNG, WebP and GIF. */
const base64Starts = ['/9j/', '_9j_', 'iVBORw0KGgo', 'UklGR', 'R0lGOD'];

/** Limit on a URL's characters. Signed URLs are the longest, and no host accepts more. */
const maxAddressLength = 16_384;

/** Limit on a path's characters: PATH_MAX on Linux. */
const maxPathLength = 4096;

/** Returns the input's text if it is a picture in base64, with or without a head; otherwise `undefined`. */
export function encodedPicture(input: string): string | undefined {
  const text = input.trim();
  return !isAddress(text) && isEncoded(text) ? text : undefined;
}

function isEncoded(text: string): boolean {
  return /^data:/i.test(text) || looksLikeBase64(text);
}

function looksLikeBase64(text: string): boolean {
  if (text.length > maxPathLength) return true;
  return base64Starts.some((start) => text.startsWith(start)) && /^[\w+/=\s-]*$/.test(text);
}

const identifierLength = 100;

/**
 * Returns an input's name in answers (`image_path_or_identifier`): its first 100 characters, then `...` if it
 * is longer.
 */
export function identifierOf(input: string): string {
  // Clients count code points. A code point has at most two code units, so this part shows if there are 101.
  const characters = Array.from(input.slice(0, 2 * (identifierLength + 1)));
  if (characters.length <= identifierLength) return input;
  return `${characters.slice(0, identifierLength).join('')}...`;
}
