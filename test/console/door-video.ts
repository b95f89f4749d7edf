import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { sample } from '../api/pictures.ts';

const width = 640;
const height = 480;
const frames = 4;
/** Number of pixels of the sample by which she moves from one frame to the next. */
const step = 12;

/** Writes what a camera at the door sees, twice a second: the woman of sample1, who moves a little. */
export async function writeDoorVideo(path: string): Promise<void> {
  const picture = await sample(1);
  const parts: Uint8Array[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F2:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < frames; frame++) {
    const area = { left: 1_200 + step * frame, top: 60, width: 680, height: 510 };
    const pixels = await sharp(picture).extract(area).resize(width, height).removeAlpha().raw().toBuffer();
    parts.push(Buffer.from('FRAME\n'), planesOf(pixels));
  }
  await writeFile(path, Buffer.concat(parts));
}

/** Converts pixels of three colours to planes of brightness and colour. The colours have half the size. */
function planesOf(rgb: Uint8Array): Buffer {
  const planes = Buffer.alloc((width * height * 3) / 2);
  const colours = width * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const [r = 0, g = 0, b = 0] = rgb.subarray(3 * pixel, 3 * pixel + 3);
      planes[pixel] = 0.299 * r + 0.587 * g + 0.114 * b;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const place = colours + (y / 2) * (width / 2) + x / 2;
      planes[place] = 128 - 0.169 * r - 0.331 * g + 0.5 * b;
      planes[place + colours / 4] = 128 + 0.5 * r - 0.419 * g - 0.081 * b;
    }
  }
  return planes;
}
