import { describe, expect, test } from 'vitest';
import { isWatched, parseCameras } from '../../lib/cameras/settings.ts';
import { cutShot } from '../../lib/cameras/shot.ts';
import { ConfigError } from '../../lib/config.ts';

const parse = (cameras: unknown, environment = {}) =>
  parseCameras(typeof cameras === 'string' ? cameras : JSON.stringify(cameras), 'cameras.json', environment);

describe('the file of cameras', () => {
  test('has defaults for all but name and address, and takes passwords from the environment', () => {
    const url = ['rtsp://u:', '$', '{PW}@h/s'].join('');
    expect(parse([{ name: ' Door ', url }], { PW: 'p%40' })).toEqual([
      {
        name: 'Door',
        url: 'rtsp://u:p%40@h/s',
        fps: 5,
        min_face: 36,
        threshold: null,
        cooldown_s: 300,
        zone: [],
        schedule: null,
        keep: 'matches',
      },
    ]);
  });

  test.each([
    ['no JSON', 'rtsp://u:secret@h/', /is no JSON/],
    [
      'a name twice',
      [
        { name: 'a', url: 'push' },
        { name: 'A', url: 'push' },
      ],
      /camera 2 \(A\), name: is taken twice/,
    ],
    ['a slash in a name', [{ name: 'front/back', url: 'push' }], /name: takes no \/ and no \\/],
    ['a name of a folder above', [{ name: '..', url: 'push' }], /name: takes no \//],
    ['no name', [{ name: ' ', url: 'push' }], /name: takes 1 to 100 characters/],
    ['a foreign address', [{ name: 'a', url: 'ftp://u:secret@h/' }], /camera 1 \(a\), url: takes an rtsp/],
    ['an unknown field', [{ name: 'a', url: 'push', secret: 1 }], /camera 1 \(a\): /],
    ['too many frames', [{ name: 'a', url: 'push', fps: 60 }], /fps/],
    [
      'two corners',
      [
        {
          name: 'a',
          url: 'push',
          zone: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
      /three corners/,
    ],
    ['a wrong time', [{ name: 'a', url: 'push', schedule: [{ from: '25:00', until: '08:00' }] }], /08:30/],
    [
      'a variable that is not set',
      [{ name: 'a', url: ['rtsp://', '$', '{NONE}/'].join('') }],
      /NONE.* is not set/,
    ],
  ])('with %s is refused, without the address', (_, cameras, words) => {
    expect(() => parse(cameras)).toThrow(ConfigError);
    expect(() => parse(cameras)).toThrow(words);
    expect(() => parse(cameras)).not.toThrow(/u:secret/);
  });
});

describe('a schedule', () => {
  const night = [{ days: [5], from: '21:00', until: '04:00' }];
  // The 27th of November 2026 is a Friday.
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 30);

  test('goes on past midnight, into the next day', () => {
    expect(isWatched(night, at(27, 20))).toBe(false);
    expect(isWatched(night, at(27, 21))).toBe(true);
    expect(isWatched(night, at(28, 3))).toBe(true);
    expect(isWatched(night, at(28, 4))).toBe(false);
    expect(isWatched(night, at(28, 22))).toBe(false);
  });

  test('is every day unless it names some, and always where there is none', () => {
    expect(isWatched([{ from: '08:00', until: '24:00' }], at(25, 23))).toBe(true);
    expect(isWatched([{ from: '08:00', until: '24:00' }], at(25, 7))).toBe(false);
    expect(isWatched(null, at(25, 7))).toBe(true);
  });
});

describe('a shot', () => {
  const area = (x: number, y: number) => {
    const nowhere = { right_eye: null, nose: null, mouth_left: null, mouth_right: null };
    return { x, y, w: 20, h: 20, left_eye: [x + 5, y + 5] as [number, number], ...nowhere };
  };
  const frame = { width: 200, height: 100, pixels: new Uint8Array(3 * 200 * 100).fill(255) };

  test('is the face with what is around it, in pixels of its own', () => {
    const shot = cutShot(frame, area(90, 40), []);
    expect([shot.width, shot.height]).toEqual([60, 60]);
    expect(shot.area).toMatchObject({ x: 20, y: 20, w: 20, h: 20, left_eye: [25, 25] });
    expect(cutShot(frame, area(0, 0), []).area).toMatchObject({ x: 0, y: 0 });
  });

  test('shows no other face, and all of its own', () => {
    const { width, pixels, area: own } = cutShot(frame, area(90, 40), [area(112, 42)]);
    const at = (x: number, y: number) => pixels[3 * (y * width + x)];
    for (let y = own.y; y < own.y + own.h; y++) {
      for (let x = own.x; x < own.x + own.w; x++) expect(at(x, y)).toBe(255);
    }
    for (let y = 22; y < 42; y++) for (let x = 42; x < 60; x++) expect(at(x, y)).toBe(128);
    expect(at(5, 30)).toBe(255);
  });
});
