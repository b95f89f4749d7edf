import type { Box } from '../../../../lib/contract/shapes.ts';
import type { UploadContentType } from '../../../../lib/contract/uploads.ts';
import { texts } from '../texts.ts';
import { around, decode, draw } from './pictures.ts';

/** Conversion of any file that this browser can show into a picture that the service accepts. */

/**
 * Largest picture that is sent inside a request; a larger one is uploaded by a form. A request through API
 * Gateway holds a picture of about 4.5 MB.
 */
export const inlineBytes = 3_000_000;
/** The service's default limit. */
const defaultMaxBytes = 15 * 1024 * 1024;
/**
 * Longer side of a picture that had to be scaled down. Faces are compared at 112 pixels, so this keeps enough
 * detail.
 */
const scaledSide = 3_000;
/** Longer side of a picture for a slow line, and the size from which a picture is scaled down for it. */
const slowSide = 2_048;
const slowBytes = 600_000;
const jpegQuality = 0.9;
const cutQuality = 0.95;

/** First bytes of the formats that the service takes, whatever a file is called. */
const taken: Record<UploadContentType, RegExp> = {
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG\r\n/,
  'image/webp': /^RIFF....WEBP/s,
  'image/gif': /^GIF8[79]a/,
};

/** Finds out by a file's first bytes in which format it is; `undefined` if the service does not take it. */
async function takenFormat(file: Blob): Promise<UploadContentType | undefined> {
  const bytes = await file
    .slice(0, 12)
    .arrayBuffer()
    .catch(() => {
      throw new UnreadableFileError(texts.frame.noLongerReadable);
    });
  const start = String.fromCharCode(...new Uint8Array(bytes));
  return (Object.keys(taken) as UploadContentType[]).find((type) => taken[type].test(start));
}

export interface PreparedPicture {
  readonly file: File;
  /** Description of how the picture was changed; undefined if it is sent unchanged. */
  readonly note: string | undefined;
}

/** A file that is no picture, or none that this browser can read. */
export class UnreadableFileError extends Error {}

/** Returns true if the browser says that the line is slow, or that the person wants to send little. */
export function isSlowLine(): boolean {
  const { connection } = navigator as { connection?: Readonly<Record<string, unknown>> };
  if (connection === undefined) return false;
  // `downlink` is no measurement before a page has loaded much, so it counts for nothing.
  const { saveData, effectiveType } = connection;
  return saveData === true || effectiveType !== '4g';
}

/**
 * Scales a picture down for a slow line, if that makes it smaller. Faces keep the pixels that are compared,
 * unless they are far away.
 */
export async function prepareForLine(file: File): Promise<PreparedPicture> {
  const prepared = await prepare(file);
  if (prepared.file.size < slowBytes || !isSlowLine()) return prepared;
  const image = await decodeFile(prepared.file);
  const { naturalWidth: w, naturalHeight: h } = image;
  const scale = Math.min(1, slowSide / Math.max(w, h));
  const blob = await draw(image, { x: 0, y: 0, w, h }, scale, 'image/jpeg', jpegQuality);
  if (blob.size >= prepared.file.size) return prepared;
  return {
    file: new File([blob], `${file.name.replace(/\.[^.]*$/, '')}.jpg`, { type: 'image/jpeg' }),
    note: texts.frame.scaledForLine(...scaledSize(w, h, scale)),
  };
}

/**
 * Scales a picture down if it has more than `maxBytes`, and converts one of a format that the service does
 * not accept. Phones write such under the name of a JPEG.
 *
 * @throws UnreadableFileError
 */
export async function prepare(file: File, maxBytes = defaultMaxBytes): Promise<PreparedPicture> {
  const type = await takenFormat(file);
  const isTaken = type !== undefined;
  if (isTaken && file.size <= maxBytes) {
    return { file: file.type === type ? file : new File([file], file.name, { type }), note: undefined };
  }
  const image = await decodeFile(file);
  const { naturalWidth: w, naturalHeight: h } = image;
  const scale = Math.min(1, scaledSide / Math.max(w, h));
  const blob = await draw(image, { x: 0, y: 0, w, h }, scale, 'image/jpeg', jpegQuality);
  const name = `${file.name.replace(/\.[^.]*$/, '')}.jpg`;
  const note = isTaken ? texts.frame.scaledForService(...scaledSize(w, h, scale)) : texts.frame.converted;
  return { file: new File([blob], name, { type: 'image/jpeg' }), note };
}

function scaledSize(width: number, height: number, scale: number): [string, string] {
  return [String(Math.round(width * scale)), String(Math.round(height * scale))];
}

/**
 * Returns a small JPEG of a picture, as base64, which is good enough to find its faces. Returns its size and
 * the original's too.
 */
export async function preview(
  file: File,
  side: number,
): Promise<{ base64: string; scale: number; width: number; height: number }> {
  const image = await decodeFile(file);
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(1, side / Math.max(width, height));
  const blob = await draw(image, { x: 0, y: 0, w: width, h: height }, scale, 'image/jpeg', jpegQuality);
  return { base64: await toBase64(blob), scale, width, height };
}

/** Share of a face's box that is sent around it, on each side. It is enough to find the face again. */
const sentMargin = 0.6;

/** Cuts one face out of a file's picture. Other faces within the cut are painted over. */
export async function cutFace(file: File, face: Box, others: readonly Box[]): Promise<File> {
  const name = `${file.name.replace(/\.[^.]*$/, '')}.jpg`;
  return cutFaceOf(await decodeFile(file), name, face, others);
}

/** Cuts one face out of a picture. Other faces within the cut are painted over. */
export async function cutFaceOf(
  image: HTMLImageElement,
  name: string,
  face: Box,
  others: readonly Box[],
): Promise<File> {
  const { naturalWidth: width, naturalHeight: height } = image;
  const area = around(face, { width, height }, sentMargin);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(area.w);
  canvas.height = Math.round(area.h);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw.');
  context.drawImage(image, area.x, area.y, area.w, area.h, 0, 0, canvas.width, canvas.height);
  context.fillStyle = '#808080';
  for (const { x, y, w, h } of others) context.fillRect(x - area.x, y - area.y, w, h);
  // The chosen face stays whole, also where another one lies across it.
  context.drawImage(image, face.x, face.y, face.w, face.h, face.x - area.x, face.y - area.y, face.w, face.h);
  const whole = { x: 0, y: 0, w: canvas.width, h: canvas.height };
  const blob = await draw(canvas, whole, 1, 'image/jpeg', cutQuality);
  return new File([blob], name, { type: 'image/jpeg' });
}

async function decodeFile(file: File): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file);
  try {
    return await decode(url);
  } catch {
    throw new UnreadableFileError(texts.frame.notReadable);
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function toBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''));
    reader.onerror = () => reject(new UnreadableFileError(texts.frame.noLongerReadable));
    reader.readAsDataURL(blob);
  });
}
