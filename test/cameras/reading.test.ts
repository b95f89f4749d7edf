import { describe, expect, test } from 'vitest';
import { parseAddress, redactor, shownAddress, withVariables } from '../../lib/cameras/address.ts';
import { failureOf } from '../../lib/cameras/failure-words.ts';
import { ffmpegCall } from '../../lib/cameras/ffmpeg-arguments.ts';
import { authorization } from '../../lib/cameras/http-login.ts';
import { boundaryOf, MultipartReader } from '../../lib/cameras/multipart-stream.ts';
import { Newest } from '../../lib/cameras/newest.ts';
import { PixmapReader } from '../../lib/cameras/pixmap-stream.ts';

const secret = "rtsp://door:p'w%40%3Ax@192.168.10.7:554/stream1?token=abc";

function addressOf(text: string) {
  const address = parseAddress(text);
  if (!address) throw new Error('It is none.');
  return address;
}

describe('an address', () => {
  test.each([
    [secret, 'rtsp', 'rtsp://192.168.10.7:554'],
    ['rtsps://nvr:7441/token', 'rtsp', 'rtsps://nvr:7441'],
    ['http://u:p@bi:81/mjpg/door/video.mjpg', 'http', 'http://bi:81'],
    ['/dev/video0', 'device', '/dev/video0'],
    ['/films/Jane Roe.mp4', 'recording', 'recording'],
    ['push', 'push', 'push'],
  ])('%s is read, and shown without its secrets', (text, kind, shown) => {
    expect(addressOf(text).kind).toBe(kind);
    expect(shownAddress(addressOf(text))).toBe(shown);
  });

  test.each(['', 'ftp://host/x', 'rtsp://', 'concat:a|b\n', 'javascript://x'])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('is taken out of texts with its parts, also where they are percent-encoded', () => {
    const redact = redactor(addressOf(secret));
    const text = redact(`${secret} door p'w@:x p'w%40%3Ax /stream1?token=abc rtsp://other/secret`);
    expect(text).not.toMatch(/p'w|token|stream1|door|secret/);
  });

  test('gets the values of its variables, and names one that is not set', () => {
    const variable = (name: string) => ['$', '{', name, '}'].join('');
    expect(withVariables(`rtsp://u:${variable('PW')}@h/`, { PW: 'x' })).toBe('rtsp://u:x@h/');
    expect(() => withVariables(variable('NONE'), {})).toThrow(`${variable('NONE')} is not set.`);
  });
});

describe('the call of ffmpeg', () => {
  test('names no network address among its arguments', () => {
    const call = ffmpegCall(addressOf(secret) as never, 5);
    expect(call.arguments.join(' ')).not.toMatch(/192\.168|stream1|token|door/);
    expect(call.input).toContain("file 'rtsp://door:p%27w%40%3Ax@192.168.10.7:554/stream1?token=abc'");
    expect(call.input).toContain('option timeout 5000000');
  });

  test('lets a recording read no other file, and no playlist', () => {
    const { arguments: given } = ffmpegCall(addressOf('/films/-x.mp4') as never, 5);
    expect(given[given.indexOf('-protocol_whitelist') + 1]).toBe('file');
    expect(given[given.indexOf('-format_whitelist') + 1]).not.toMatch(/concat|hls/);
    expect(given).toContain('file:/films/-x.mp4');
  });
});

describe('words for a failure', () => {
  test.each([
    ['[rtsp] method DESCRIBE failed: 401 Unauthorized', 'It refuses the user or the password.', true],
    ['tcp: Connection refused', 'Nothing listens at that host and port.', false],
    ['ECONNREFUSED', 'Nothing listens at that host and port.', false],
    ["Stream map '0:v:0' matches no streams.", 'There is no video in it.', false],
    ['nothing known', 'It ended.', false],
  ])('%s', (sign, words, isRefused) => {
    expect(failureOf([sign], 'It ended.')).toMatchObject({ message: words, isRefused });
  });
});

describe('PPM pictures', () => {
  const picture = (width: number, height: number, value: number) =>
    Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), Buffer.alloc(3 * width * height, value)]);

  test.each([1, 7, 50, 1000])(
    'come out whole, in pieces of %i bytes, also where the size changes',
    (piece) => {
      const bytes = Buffer.concat([picture(4, 3, 10), picture(8, 2, 20)]);
      const reader = new PixmapReader();
      const frames = [];
      for (let at = 0; at < bytes.length; at += piece)
        frames.push(...reader.push(bytes.subarray(at, at + piece)));
      expect(frames.map(({ width, height, pixels }) => [width, height, pixels.length, pixels[0]])).toEqual([
        [4, 3, 36, 10],
        [8, 2, 48, 20],
      ]);
    },
  );

  test('are read into memory that was given back, where it fits', () => {
    const reader = new PixmapReader();
    const [first] = reader.push(picture(4, 3, 10));
    const [second] = reader.push(picture(4, 3, 20));
    if (!first || !second) throw new Error('There is no picture.');
    expect([first.pixels[0], second.pixels[0]]).toEqual([10, 20]);
    reader.recycle(first);
    const [third] = reader.push(picture(4, 3, 30));
    expect(third?.pixels).toBe(first.pixels);
    expect([second.pixels[35], third?.pixels[35]]).toEqual([20, 30]);
    reader.recycle(second);
    expect(reader.push(picture(8, 2, 40))[0]?.pixels).toEqual(new Uint8Array(48).fill(40));
    expect(reader.push(picture(4, 3, 50))[0]?.pixels).not.toBe(second.pixels);
  });

  test('of a monstrous size, and what is none, are refused before memory is taken', () => {
    expect(() => new PixmapReader().push(Buffer.from('P6\n99999 99999\n255\n'))).toThrow(/99999 x 99999/);
    expect(() => new PixmapReader().push(Buffer.alloc(100, 'x'))).toThrow('The decoder gave no picture.');
  });
});

describe('an MJPEG stream', () => {
  const part = (body: string, length: boolean) =>
    `--frame\r\nContent-Type: image/jpeg\r\n${length ? `Content-Length: ${body.length}\r\n` : ''}\r\n${body}\r\n`;

  test.each([true, false])('is cut into its pictures; with lengths: %s', (hasLength) => {
    const bytes = Buffer.from(`${part('one', hasLength)}${part('second', hasLength)}--frame\r\n`);
    for (const piece of [1, 5, 500]) {
      const reader = new MultipartReader('--frame');
      const parts: string[] = [];
      for (let at = 0; at < bytes.length; at += piece) {
        parts.push(
          ...reader.push(bytes.subarray(at, at + piece)).map((body) => Buffer.from(body).toString()),
        );
      }
      expect(parts).toEqual(['one', 'second']);
    }
  });

  test('with an endless picture, or none at all, is refused', () => {
    const reader = new MultipartReader('frame');
    reader.push(Buffer.from('--frame\r\nContent-Type: image/jpeg\r\n\r\n'));
    const much = Buffer.alloc(4 * 1024 * 1024);
    expect(() => {
      for (let n = 0; n < 10; n++) reader.push(much);
    }).toThrow(/more than/);
    expect(() => new MultipartReader('frame').push(Buffer.alloc(20_000))).toThrow(
      'It sends no MJPEG stream.',
    );
    const announced = Buffer.from('--frame\r\nContent-Length: 99999999\r\n\r\n');
    expect(() => new MultipartReader('frame').push(announced)).toThrow(/more than/);
  });

  test('is known by its content type', () => {
    expect(boundaryOf('multipart/x-mixed-replace; boundary="a b"')).toBe('a b');
    expect(boundaryOf('multipart/x-mixed-replace;boundary=--frame')).toBe('--frame');
    expect(boundaryOf('image/jpeg')).toBeUndefined();
  });
});

describe('a login', () => {
  test('answers the challenge of RFC 2617, section 3.5, as far as the nonce of the client is its own', () => {
    const challenge =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const header = authorization(
      challenge,
      { user: 'Mufasa', password: 'Circle Of Life' },
      '/dir/index.html',
    );
    expect(header).toMatch(/^Digest username="Mufasa", realm="testrealm@host.com"/);
    expect(header).toMatch(
      /uri="\/dir\/index.html".*qop=auth, nc=00000001, cnonce="[\da-f]{16}", opaque="5ccc/,
    );
  });

  test('without a quality of protection has the response of RFC 2069', () => {
    const challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const header = authorization(
      challenge,
      { user: 'Mufasa', password: 'Circle Of Life' },
      '/dir/index.html',
    );
    expect(header).toContain('response="670fd8c2df070c60b045671b8b24ff02"');
  });

  test('answers Basic, and nothing that it does not know', () => {
    const login = { user: 'u', password: 'p:w' };
    expect(authorization('Basic realm="x"', login, '/')).toBe(
      `Basic ${Buffer.from('u:p:w').toString('base64')}`,
    );
    expect(authorization('Negotiate', login, '/')).toBeUndefined();
  });
});

describe('the newest item', () => {
  test('replaces one that nobody took', async () => {
    const newest = new Newest<number>();
    expect([1, 2, 3].map((item) => newest.put(item))).toEqual([undefined, 1, 2]);
    newest.end();
    newest.put(4);
    const taken = [];
    for await (const item of newest.items()) taken.push(item);
    expect(taken).toEqual([3]);
    expect(newest).toMatchObject({ received: 3, dropped: 2 });
  });

  test('ends with the error that ended it', async () => {
    const newest = new Newest<number>();
    const taken = newest.items();
    const next = taken.next();
    newest.end(new Error('over'));
    await expect(next).rejects.toThrow('over');
  });
});
