import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import sharp from 'sharp';

const samples = join(import.meta.dirname, '../../node_modules/@vladmandic/face-api/demo');

/** Heads of the sample pictures: one woman in two pictures, and others. */
export const heads = {
  listed: { file: 'sample1.jpg', left: 1390, top: 120, size: 380 },
  stranger: { file: 'sample2.jpg', left: 1306, top: 45, size: 480 },
} as const;

/** Reference picture of the woman who is called `listed`. */
export const referencePicture = join(samples, 'sample3.jpg');

/** Walk of a head through the film: from one place and size to another. */
export interface Walk {
  readonly head: keyof typeof heads;
  /** Seconds. */
  readonly from: number;
  readonly until: number;
  /** Middle and width of the head, in pixels, at the beginning and at the end. */
  readonly start: readonly [number, number, number];
  readonly end: readonly [number, number, number];
}

export interface FilmOptions {
  readonly seconds: number;
  readonly width?: number;
  readonly height?: number;
  readonly rate?: number;
}

/** Makes a film of heads that walk before a grey wall, with the noise of a sensor. */
export async function peopleFilm(path: string, walks: readonly Walk[], options: FilmOptions): Promise<void> {
  const { seconds, width = 960, height = 544, rate = 5 } = options;
  const size = `${width}x${height}`;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', size, '-r', String(rate), '-i', 'pipe:0'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-g', '10', '-bf', '0'];
  const quiet = ['-hide_banner', '-loglevel', 'error', '-y'];
  const child = spawn(process.env.FFMPEG_PATH ?? 'ffmpeg', [
    ...quiet,
    ...input,
    ...codec,
    ...['-vf', 'noise=alls=6:allf=t', '-pix_fmt', 'yuv420p', path],
  ]);
  const crops = new Map<keyof typeof heads, Promise<Buffer>>();
  const cropOf = (head: keyof typeof heads) => {
    const crop = crops.get(head) ?? headPicture(head);
    crops.set(head, crop);
    return crop;
  };
  const wall = { create: { width, height, channels: 3 as const, background: { r: 120, g: 124, b: 128 } } };
  for (let frame = 0; frame < seconds * rate; frame++) {
    const time = frame / rate;
    const shown = walks.filter(({ from, until }) => time >= from && time < until);
    const layers = await Promise.all(shown.map(async (walk) => layerOf(walk, time, await cropOf(walk.head))));
    const pixels = await sharp(wall).composite(layers).removeAlpha().raw().toBuffer();
    if (!child.stdin.write(pixels)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}.`);
}

function headPicture(head: keyof typeof heads): Promise<Buffer> {
  const { file, left, top, size } = heads[head];
  const area = { left, top, width: size, height: size };
  return sharp(join(samples, file)).extract(area).png({ compressionLevel: 0 }).toBuffer();
}

async function layerOf({ from, until, start, end }: Walk, time: number, crop: Buffer) {
  const share = (time - from) / (until - from);
  const [x, y, w] = start.map((value, at) => Math.round(value + share * ((end[at] as number) - value))) as [
    number,
    number,
    number,
  ];
  const input = await sharp(crop).resize(w, w).png({ compressionLevel: 0 }).toBuffer();
  return { input, left: Math.max(0, Math.round(x - w / 2)), top: Math.max(0, Math.round(y - w / 2)) };
}
