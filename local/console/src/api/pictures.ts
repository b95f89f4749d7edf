import pLimit from 'p-limit';
import type { Box } from '../../../../lib/contract/shapes.ts';
import { call } from './client.ts';

/**
 * Pictures of the service, fetched with the token and shown through `blob:` addresses. Small ones are cut out
 * and scaled down here, so that a page full of faces does not hold as many whole pictures.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Cut {
  /** Box in pixels of the upright picture; the whole picture if left out. */
  readonly box?: Box | null;
  /** Longer side of the shown picture, in pixels; by default its own size. */
  readonly size?: number;
}

interface CachedPicture {
  readonly url: Promise<string>;
  users: number;
  isThere: boolean;
  readonly abort: AbortController;
}

const maxDownloads = 4;
/** Number of pictures that are kept although no page shows them at the moment. */
const maxIdle = 150;
/** Share of a face's box that is shown around it, on each side. */
const margin = 0.35;

const limit = pLimit(maxDownloads);

const cache = new Map<string, CachedPicture>();

/** Takes a picture into use. The caller must release it with the same path and cut. */
export function acquirePicture(path: string, cut: Cut): Promise<string> {
  const key = keyOf(path, cut);
  const cached = cache.get(key) ?? startDownload(key, path, cut);
  cached.users++;
  return cached.url;
}

export function releasePicture(path: string, cut: Cut): void {
  const key = keyOf(path, cut);
  const cached = cache.get(key);
  if (cached === undefined) return;
  cached.users--;
  // A picture that is out of sight makes room for those in sight.
  if (cached.users <= 0 && !cached.isThere) {
    drop(key, cached);
    return;
  }
  // The order is by last use, the latest last.
  cache.delete(key);
  cache.set(key, cached);
  dropIdle();
}

/** Forgets the pictures below a path, such as those of a deleted entry. */
export function forgetPictures(path: string): void {
  for (const [key, cached] of cache) if (key.startsWith(path)) drop(key, cached);
}

function keyOf(path: string, { box, size }: Cut): string {
  return `${path} ${box ? `${box.x},${box.y},${box.w},${box.h}` : ''} ${size ?? ''}`;
}

function startDownload(key: string, path: string, cut: Cut): CachedPicture {
  const abort = new AbortController();
  const url = limit(async () => {
    abort.signal.throwIfAborted();
    const blob = await (await call(path, { signal: abort.signal })).blob();
    return URL.createObjectURL(cut.box || cut.size ? await cutOut(blob, cut) : blob);
  });
  const cached: CachedPicture = { url, users: 0, isThere: false, abort };
  cache.set(key, cached);
  url.then(
    () => {
      cached.isThere = true;
    },
    () => {
      // A failed picture may be requested again.
      if (cache.get(key) === cached) cache.delete(key);
    },
  );
  return cached;
}

function dropIdle(): void {
  const idle = [...cache].filter(([, { users }]) => users <= 0);
  for (const [key, cached] of idle.slice(0, Math.max(0, idle.length - maxIdle))) drop(key, cached);
}

function drop(key: string, { url, abort }: CachedPicture): void {
  cache.delete(key);
  abort.abort();
  url.then(URL.revokeObjectURL, () => {});
}

/** Decodes a picture, upright. Its address must live as long as it is drawn. */
export async function decode(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/**
 * Cuts a face out with some margin, as a square as far as the picture goes. Without a box it gives the whole
 * picture, smaller.
 */
async function cutOut(source: Blob, { box, size = 320 }: Cut): Promise<Blob> {
  const url = URL.createObjectURL(source);
  try {
    const image = await decode(url);
    const { naturalWidth: width, naturalHeight: height } = image;
    const area = box ? around(box, { width, height }) : { x: 0, y: 0, w: width, h: height };
    const scale = Math.min(1, size / Math.max(area.w, area.h));
    return await draw(image, area, scale, 'image/webp', 0.86);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Returns the square around a face, as far as a picture of that size goes. */
export function around({ x, y, w, h }: Box, { width, height }: Size, share = margin): Box {
  const side = Math.min(Math.max(w, h) * (1 + 2 * share), width, height);
  const clamp = (start: number, length: number) => Math.max(0, Math.min(start, length - side));
  return {
    x: clamp(x + (w - side) / 2, width),
    y: clamp(y + (h - side) / 2, height),
    w: side,
    h: side,
  };
}

export function draw(
  image: CanvasImageSource,
  { x, y, w, h }: Box,
  scale: number,
  type: string,
  quality: number,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(w * scale));
  canvas.height = Math.max(1, Math.round(h * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw.');
  context.imageSmoothingQuality = 'high';
  if (type === 'image/jpeg') {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(image, x, y, w, h, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be drawn.'))),
      type,
      quality,
    );
  });
}
