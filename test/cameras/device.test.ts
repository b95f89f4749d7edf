import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAddress, shownAddress } from '../../lib/cameras/address.ts';
import { failureOf } from '../../lib/cameras/failure-words.ts';
import { FfmpegSource } from '../../lib/cameras/ffmpeg.ts';
import { ffmpegCall } from '../../lib/cameras/ffmpeg-arguments.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'device-'));
});
afterAll(() => rm(folder, { recursive: true }));

const isNoCamera = /^It is no camera, or not the node that gives its pictures/;

test.each([
  ['is not there', 'video0', 'There is no such file or device.'],
  ['is a file', 'file', isNoCamera],
  ['is a pipe', 'pipe', isNoCamera],
  ['is another device', '/dev/null', isNoCamera],
])('a device that %s is told in words, and nothing keeps waiting for it', async (_, name, words) => {
  await writeFile(join(folder, 'file'), 'x');
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  const source = new FfmpegSource({
    address: { kind: 'device', path: name.startsWith('/') ? name : join(folder, name) },
    framesPerSecond: 5,
    program: process.env.FFMPEG_PATH ?? 'ffmpeg',
  });
  const frames = source.frames(new AbortController().signal);
  await expect(frames.next()).rejects.toThrow(words);
});

test.each([
  ['/dev/video0: Permission denied', 'This user may not open it.'],
  ['ioctl(VIDIOC_STREAMON): Device or resource busy', 'Another program uses the device.'],
  ['Cannot open video device /dev/video9: No such device or address', 'The device is not plugged in.'],
  ['ioctl(VIDIOC_DQBUF): No such device', 'The device is not plugged in.'],
  ['Not a video capture device.', isNoCamera],
  ["Unknown input format: 'v4l2'", /^This ffmpeg can read no USB camera/],
])('ffmpeg\'s "%s" is told in words', (line, words) => {
  expect(() => {
    throw failureOf([`[video4linux2,v4l2 @ 0x5621] ${line}\n`], 'It ended the stream.');
  }).toThrow(words);
});

test('a device is read as one, and its path is no secret', () => {
  const address = parseAddress('/dev/video2');
  expect(address).toEqual({ kind: 'device', path: '/dev/video2' });
  if (address?.kind !== 'device') return;
  expect(shownAddress(address)).toBe('/dev/video2');
  expect(ffmpegCall(address, 5).arguments.join(' ')).toContain('-f v4l2 -i /dev/video2 -map 0:v:0');
});
