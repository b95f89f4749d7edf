import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { PixmapReader } from '../../lib/cameras/pixmap-stream.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';

/** Passage of a person as a cheap camera sees it: how it is made is drawn by chance, but always the same. */
export interface Clip {
  /** Name that no other clip has: what is drawn by chance depends on it alone. */
  readonly name: string;
  readonly person: string;
  /** Pictures of the person, which fade into each other. */
  readonly pictures: readonly string[];
}

const size = { width: 320, height: 240 } as const;
/** Frames of a clip of 4.5 seconds, of which every second one is looked at: a track gets two a second. */
const frameCount = 18;
/** Frames a second. */
const rate = 4;
/** Faces of LFW are about 105 pixels wide in pictures of 250. */
const faceShare = 105 / 250;

/** Draws numbers from 0 to 1 that depend on a name alone. */
function randomOf(name: string): () => number {
  let state = 0;
  for (const letter of name) state = (Math.imul(state, 31) + letter.charCodeAt(0)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes a clip: a face comes nearer, blurred, noisy and dark, and is compressed as a camera does it. */
export async function clipFrames(folder: string, { name, pictures }: Clip): Promise<DecodedPicture[]> {
  const random = randomOf(name);
  const between = (from: number, to: number) => from + (to - from) * random();
  const look = {
    first: between(32, 55),
    last: between(50, 94),
    blur: between(0.4, 1.8),
    light: between(0.42, 1),
    noise: Math.round(between(4, 13)),
    crf: Math.round(between(25, 36)),
    sway: between(4, 18),
    x: between(0.35, 0.65),
    y: between(0.4, 0.6),
  };
  const stills = await Promise.all(pictures.map((picture) => readFile(join(folder, picture))));
  const child = spawn('ffmpeg', encoding(look.noise, look.crf), { stdio: ['pipe', 'pipe', 'ignore'] });
  const decoded = decodedFrames(child.stdout);
  for (let frame = 0; frame < frameCount; frame++) {
    const share = frame / (frameCount - 1);
    const width = Math.round((look.first + share * (look.last - look.first)) / faceShare);
    const still = stills[Math.min(stills.length - 1, Math.floor(share * stills.length))] as Buffer;
    const motion = 1 + Math.abs(Math.sin(frame / 2)) * 0.8;
    const face = await sharp(still)
      .resize(width, width)
      .blur(Math.max(0.3, look.blur * motion * 0.6))
      .linear(look.light, 0)
      .toBuffer();
    const x = Math.round(look.x * size.width - width / 2 + look.sway * Math.sin(frame / 2.5));
    const y = Math.round(look.y * size.height - width / 2);
    const pixels = await onWall(face, width, x, y, look.light);
    if (!child.stdin.write(pixels)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  return (await decoded).filter((_, index) => index % 2 === 1);
}

/** Puts a picture on a grey wall; what reaches beyond the frame is cut off. */
async function onWall(face: Buffer, width: number, x: number, y: number, light: number): Promise<Buffer> {
  const [left, top] = [Math.max(0, -x), Math.max(0, -y)];
  const shown = {
    left,
    top,
    width: Math.min(width - left, size.width - Math.max(0, x)),
    height: Math.min(width - top, size.height - Math.max(0, y)),
  };
  const input = await sharp(face).extract(shown).toBuffer();
  const grey = Math.round(110 * light);
  const wall = { create: { ...size, channels: 3 as const, background: { r: grey, g: grey, b: grey } } };
  return sharp(wall)
    .composite([{ input, left: Math.max(0, x), top: Math.max(0, y) }])
    .removeAlpha()
    .raw()
    .toBuffer();
}

/** Encodes as H.264, and decodes again: one ffmpeg does both, by way of a pipe within a shell's. */
function encoding(noise: number, crf: number): string[] {
  const quiet = ['-hide_banner', '-loglevel', 'error'];
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${size.width}x${size.height}`];
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf), '-bf', '0', '-threads', '1'];
  const filter = ['-vf', `noise=alls=${noise}:allf=t`, '-pix_fmt', 'yuv420p'];
  return [
    ...quiet,
    ...input,
    '-r',
    String(rate),
    '-i',
    'pipe:0',
    ...filter,
    ...codec,
    '-f',
    'h264',
    'pipe:1',
  ];
}

async function decodedFrames(encoded: NodeJS.ReadableStream): Promise<DecodedPicture[]> {
  const quiet = ['-hide_banner', '-loglevel', 'error', '-threads', '1', '-f', 'h264', '-i', 'pipe:0'];
  const child = spawn('ffmpeg', [...quiet, '-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  encoded.pipe(child.stdin);
  const reader = new PixmapReader();
  const frames: DecodedPicture[] = [];
  for await (const chunk of child.stdout) frames.push(...reader.push(chunk));
  return frames;
}
