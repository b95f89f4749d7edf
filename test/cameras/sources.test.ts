import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAddress } from '../../lib/cameras/address.ts';
import { FfmpegSource } from '../../lib/cameras/ffmpeg.ts';
import { ffmpegCall } from '../../lib/cameras/ffmpeg-arguments.ts';
import { HttpSource } from '../../lib/cameras/http.ts';
import { keepOpen } from '../../lib/cameras/keep-open.ts';
import { PixmapReader } from '../../lib/cameras/pixmap-stream.ts';
import { type Frame, type FrameSource, SourceError } from '../../lib/cameras/port.ts';
import { PushSource } from '../../lib/cameras/push.ts';
import { type AddressCheck, addressCheck } from '../../lib/inputs/address-check.ts';
import { httpCamera, sendStream, testPicture } from './http-camera.ts';
import { ffmpeg, rtspCamera, testFilm } from './rtsp-camera.ts';

const password = "p'w@:/x ü%40";
const program = process.env.FFMPEG_PATH ?? 'ffmpeg';
let folder: string;
let film: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  film = join(folder, 'card.mp4');
  await testFilm(film);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function decoded(
  address: string,
  timeouts = { firstFrameMs: 30_000, nextFrameMs: 30_000 },
  isAllowed?: AddressCheck,
): FfmpegSource {
  const parsed = parseAddress(address);
  if (!parsed || parsed.kind === 'push') throw new Error('It is no address for ffmpeg.');
  return new FfmpegSource({ address: parsed, framesPerSecond: 5, program, timeouts, isAllowed });
}

function overHttp(address: string, framesPerSecond = 20): HttpSource {
  return new HttpSource({ url: new URL(address), framesPerSecond, timeoutMs: 10_000 });
}

/** Takes some frames, and stops. */
async function take(source: FrameSource, count: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of source.frames(new AbortController().signal)) {
    frames.push(frame);
    if (frames.length === count) break;
  }
  return frames;
}

/** Lists the processes that a process has started, by their command lines. */
function childrenOf(pid: number): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = / \S (\d+) /.exec(
          readFileSync(`/proc/${name}/stat`, 'latin1').replace(/.*\)/, ')'),
        )?.[1];
        if (Number(parent) !== pid) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'latin1') }];
      } catch {
        return [];
      }
    });
}

/** Waits until no ffmpeg runs that this process has started. */
async function noDecoderRuns(): Promise<void> {
  const decoders = () => childrenOf(process.pid).filter(({ command }) => command.includes('image2pipe'));
  await expect.poll(decoders).toEqual([]);
}

async function isGone(pid: number): Promise<void> {
  for (;;) {
    try {
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))) return;
    } catch {
      return;
    }
    await delay(50);
  }
}

describe('RTSP', () => {
  test('gives frames, with a password that no list of processes shows, and leaves no child', async () => {
    await using camera = await rtspCamera(film, { user: 'door', password });
    const source = decoded(`rtsp://door:${encodeURIComponent(password)}@127.0.0.1:${camera.port}/stream`);
    const frames: Frame[] = [];
    let pids: number[] = [];
    for await (const frame of source.frames(new AbortController().signal)) {
      frames.push(frame);
      const children = childrenOf(process.pid).filter(({ command }) => command.includes('image2pipe'));
      pids = children.map(({ pid }) => pid);
      expect(children).toHaveLength(1);
      expect(children[0]?.command).not.toMatch(/door|stream|127\.0\.0\.1/);
      if (frames.length === 3) break;
    }
    expect(frames.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([320, 240]));
    for (const pid of pids) await isGone(pid);
  });

  test('tells a wrong password, a wrong port, and what is no camera, in words without the address', async () => {
    await using camera = await rtspCamera(film, { user: 'door', password });
    const wrong = take(decoded(`rtsp://door:secret@127.0.0.1:${camera.port}/stream`), 1);
    await expect(wrong).rejects.toMatchObject({
      message: 'It refuses the user or the password.',
      isRefused: true,
    });
    await using free = await httpCamera((_, response) => response.end('no'));
    const other = take(decoded(`rtsp://door:secret@127.0.0.1:${free.port}/stream`), 1);
    await expect(other).rejects.toThrow(/^It |^There |^Nothing /);
    await expect(other).rejects.not.toThrow(/secret|127\.0/);
  });

  test('that stalls is given up, and that hangs up is opened again by itself', async () => {
    await using camera = await rtspCamera(film);
    const address = `rtsp://127.0.0.1:${camera.port}/stream`;
    const down: string[] = [];
    const stop = new AbortController();
    const kept = {
      open: () => decoded(address),
      onOpening: () => undefined,
      onDown: ({ message }: Error) => down.push(message),
      firstPauseMs: 20,
    };
    for await (const _ of keepOpen(kept, stop.signal)) {
      if (camera.plays === 1 && down.length === 0) camera.hangUp();
      if (camera.plays > 1) stop.abort();
    }
    expect(down.length).toBeGreaterThanOrEqual(1);
    const source = decoded(address, { firstFrameMs: 30_000, nextFrameMs: 300 });
    const stalled = async () => {
      for await (const _ of source.frames(new AbortController().signal)) camera.stall();
    };
    await expect(stalled()).rejects.toThrow('No frame came for 0.3 seconds.');
  });

  test('that sends rubbish instead of a film ends in words, and its child too', async () => {
    let state = 1;
    const rubbish = (packet: Buffer) =>
      packet.map((byte, at) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return at < 12 ? byte : state >>> 24;
      });
    await using camera = await rtspCamera(film, { spoil: rubbish });
    const timeouts = { firstFrameMs: 3_000, nextFrameMs: 1_000 };
    const address = `rtsp://127.0.0.1:${camera.port}/stream`;
    const end = await take(decoded(address, timeouts), 1000).catch((error: unknown) => error);
    expect(end).toBeInstanceOf(SourceError);
    await noDecoderRuns();
  });

  test('within CAMERA_NETWORKS is reached over this process, and ffmpeg is led nowhere else', async () => {
    await using camera = await rtspCamera(film, { user: 'door', password });
    const login = `door:${encodeURIComponent(password)}@`;
    const inside = addressCheck(['127.0.0.0/8']);
    const address = `rtsp://${login}localhost:${camera.port}/stream`;
    expect(await take(decoded(address, undefined, addressCheck(['127.0.0.0/8', '::1'])), 2)).toHaveLength(2);
    expect(camera.plays).toBe(1);
    const outside = take(decoded(address, undefined, addressCheck(['192.168.0.0/16'])), 1);
    await expect(outside).rejects.toThrow(/^Its address is outside of CAMERA_NETWORKS\.$/);
    const wrong = take(decoded(`rtsp://door:no@127.0.0.1:${camera.port}/stream`, undefined, inside), 1);
    await expect(wrong).rejects.toMatchObject({ isRefused: true });
    await using other = await rtspCamera(film);
    await using lure = await rtspCamera(film, { redirect: `rtsp://127.0.0.1:${other.port}/stream` });
    const led = take(decoded(`rtsp://127.0.0.1:${lure.port}/stream`, undefined, inside), 1);
    await expect(led).rejects.toThrow(/^It redirects to another server/);
    expect([camera.plays, other.plays]).toEqual([1, 0]);
    const free = await httpCamera(() => undefined);
    await free[Symbol.asyncDispose]();
    const closed = take(decoded(`rtsp://127.0.0.1:${free.port}/stream`, undefined, inside), 1);
    await expect(closed).rejects.toThrow('Nothing listens at that host and port.');
  });

  test('leaves no child behind when the service is killed', async () => {
    await using camera = await rtspCamera(film);
    const script = join(folder, 'watch.ts');
    const source = join(import.meta.dirname, '../../lib/cameras/ffmpeg.ts');
    writeFileSync(
      script,
      `import { FfmpegSource } from '${source}';
       const address = { kind: 'rtsp', url: new URL('rtsp://127.0.0.1:${camera.port}/stream') };
       const frames = new FfmpegSource({ address, framesPerSecond: 5, program: '${program}' });
       for await (const _ of frames.frames(new AbortController().signal)) console.log('frame');`,
    );
    const service = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(service.stdout, 'data');
    const children = childrenOf(service.pid as number);
    expect(children).toHaveLength(1);
    service.kill('SIGKILL');
    await once(service, 'close');
    await isGone(children[0]?.pid as number);
  });
});

describe('a live scene', () => {
  /** Counts the frames of a film that pass what is done with those of a camera. */
  const passing = async (film: string, framesPerSecond: number): Promise<number> => {
    const { arguments: all } = ffmpegCall({ kind: 'rtsp', url: new URL('rtsp://door/') }, framesPerSecond);
    const output = all.slice(all.indexOf('-map'));
    const child = spawn(program, ['-loglevel', 'error', '-nostdin', '-i', film, ...output]);
    const reader = new PixmapReader();
    let count = 0;
    for await (const chunk of child.stdout) count += reader.push(chunk).length;
    return count;
  };

  test.each([
    { fps: 5, still: [3, 7], moving: 20 },
    { fps: 2, still: [3, 6], moving: 8 },
  ])('in which nothing moves gives few of $fps frames a second, and all while it does', async (expected) => {
    const scene = join(folder, 'scene.mp4');
    // The noise of a sensor is no movement.
    const card = 'color=0x808080:size=320x240:rate=15:duration=4,noise=alls=8:allf=t';
    await ffmpeg('-f', 'lavfi', '-i', card, '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '400k', scene);
    const [least, most] = expected.still as [number, number];
    const count = await passing(scene, expected.fps);
    expect(count).toBeGreaterThanOrEqual(least);
    expect(count).toBeLessThanOrEqual(most);
    expect(await passing(film, expected.fps)).toBe(expected.moving);
  });
});

describe('HTTP', () => {
  test('gives the frames of an MJPEG stream, and of a snapshot', async () => {
    await using camera = await httpCamera(async (request, response) => {
      if (request.url === '/stream') sendStream(response, 20);
      else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(await testPicture(3));
    });
    for (const path of ['/stream', '/image.jpg?channel=1']) {
      const frames = await take(overHttp(`${camera.origin}${path}`), 3);
      expect(frames.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([320, 240]));
    }
  });

  test('sends a password only where it is asked for, as Basic and as Digest', async () => {
    const seen: (string | undefined)[] = [];
    await using camera = await httpCamera(async (request, response) => {
      const { authorization } = request.headers;
      seen.push(authorization);
      const scheme = request.url === '/basic' ? 'Basic realm="c"' : 'Digest realm="c", nonce="1", qop="auth"';
      if (authorization) response.writeHead(200, { 'content-type': 'image/jpeg' }).end(await testPicture(1));
      else response.writeHead(401, { 'www-authenticate': scheme }).end();
    });
    const login = `door:${encodeURIComponent(password)}@`;
    for (const path of ['basic', 'digest']) {
      await take(overHttp(`http://${login}127.0.0.1:${camera.port}/${path}`), 1);
    }
    expect(seen[0]).toBeUndefined();
    expect(seen[1]).toBe(`Basic ${Buffer.from(`door:${password}`).toString('base64')}`);
    expect(seen.find((header) => header?.startsWith('Digest'))).toContain('uri="/digest"');
  });

  test.each([
    ['a refused password', 401, {}, 'It refuses the user or the password.'],
    ['a wrong path', 404, {}, 'It has no such stream: check the path.'],
    ['a web page', 200, { 'content-type': 'text/html' }, /answers with text\/html/],
    ['a redirect elsewhere', 302, { location: 'http://localhost:1/x' }, /redirects to another server/],
    ['a redirect in circles', 302, { location: '/x' }, /redirects again and again/],
    ['a damaged picture', 200, { 'content-type': 'image/jpeg' }, /^The picture is/],
  ])('tells %s in words', async (_, status, headers, words) => {
    await using camera = await httpCamera((_request, response) => {
      response.writeHead(status, headers as Record<string, string>).end('no');
    });
    await expect(take(overHttp(`http://u:secret@127.0.0.1:${camera.port}/x`), 1)).rejects.toThrow(words);
  });

  test('gives up what is silent, what never ends, and what does not listen', async () => {
    await using silent = await httpCamera(() => undefined);
    const source = new HttpSource({ url: new URL(silent.origin), framesPerSecond: 5, timeoutMs: 200 });
    await expect(take(source, 1)).rejects.toThrow('It does not answer in time.');
    await using endless = await httpCamera((_, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      const write = () => {
        while (response.write(Buffer.alloc(1024 * 1024)));
      };
      response.on('drain', write);
      write();
    });
    await expect(take(overHttp(endless.origin), 1)).rejects.toThrow(/more than 16777216 bytes/);
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    await expect(take(overHttp(`http://127.0.0.1:${port}/`), 1)).rejects.toThrow('Nothing listens at that');
  });

  test('200 streams of damaged pictures end in words', async () => {
    const whole = await testPicture(1);
    await using camera = await httpCamera((request, response) => {
      const seed = Number(request.url?.slice(1));
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      const body = damaged(whole, seed);
      const head = seed % 2 ? `Content-Length: ${seed % 3 ? body.length : 1e9}\r\n` : '';
      response.end(
        Buffer.concat([
          Buffer.from(`--b\r\nContent-Type: image/jpeg\r\n${head}\r\n`),
          body,
          Buffer.from('\r\n--b'),
        ]),
      );
    });
    for (let seed = 0; seed < 200; seed++) {
      const end = await take(overHttp(`${camera.origin}/${seed}`), 10).catch((error: unknown) => error);
      if (!Array.isArray(end)) expect(end).toBeInstanceOf(SourceError);
    }
  });

  test('connects within CAMERA_NETWORKS alone, by address and by name', async () => {
    let asked = 0;
    await using camera = await httpCamera(async (_, response) => {
      asked++;
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(await testPicture(3));
    });
    const read = (host: string, networks: string[]) =>
      take(
        new HttpSource({
          url: new URL(`http://${host}:${camera.port}/`),
          framesPerSecond: 20,
          isAllowed: addressCheck(networks),
        }),
        1,
      );
    const outside = 'Its address is outside of CAMERA_NETWORKS.';
    await expect(read('127.0.0.1', ['10.0.0.0/8'])).rejects.toThrow(outside);
    await expect(read('localhost', ['10.0.0.0/8'])).rejects.toThrow(outside);
    expect(asked).toBe(0);
    expect(await read('localhost', ['127.0.0.0/8', '::1'])).toHaveLength(1);
  });

  test('gives only the newest frame to whoever is slow', async () => {
    await using camera = await httpCamera((_, response) => sendStream(response, 5));
    const source = overHttp(`${camera.origin}/stream`, 200);
    let taken = 0;
    for await (const _ of source.frames(new AbortController().signal)) {
      while (source.counts.received < 10 * (taken + 1)) await delay(5);
      if (++taken === 3) break;
    }
    expect(source.counts.dropped).toBeGreaterThan(10);
  });
});

/** Eight of each way to spoil one. */
const damagedFilms = 40;
/** Each starts ffmpeg, at some 0.15 seconds of CPU; a machine that is full has few of these at once. */
const damagedFilmsMs = 600_000;

/** Spoils a file in one of five ways: bytes turned over, lost, doubled or random, or the end cut off. */
function damaged(whole: Buffer, seed: number): Buffer {
  const bytes = Buffer.from(whole);
  const place = (7919 * (seed + 1)) % bytes.length;
  switch (seed % 5) {
    case 0:
      for (let at = place % 997; at < bytes.length; at += 499) bytes[at] = (bytes[at] ?? 0) ^ 255;
      return bytes;
    case 1:
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 100)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.floor(place / 2))]);
    case 3:
      for (let step = 0; step < 64; step++)
        bytes[(place + 31 * step * step) % bytes.length] = (seed * step) % 256;
      return bytes;
    default:
      return bytes.subarray(0, place);
  }
}

describe('recordings', () => {
  test('give every frame, with times by the pace of the film', async () => {
    const frames = await take(decoded(film), 1000);
    expect(frames).toHaveLength(20);
    const [first, second] = frames;
    expect(Number(second?.at) - Number(first?.at)).toBe(200);
  });

  test.each([
    ['another file by a playlist', `ffconcat version 1.0\nfile '/etc/passwd'\n`],
    ['a web address by a playlist', '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n'],
    ['noise', 'x'.repeat(10_000)],
    ['nothing', ''],
  ])('that are %s are refused in words', async (_, content) => {
    const path = join(folder, 'hostile.mp4');
    writeFileSync(path, content);
    await expect(take(decoded(path), 1)).rejects.toThrow(/^It is |^There is |^It ended/);
  });

  test('that are damaged end in words, and children and memory are gone', {
    timeout: damagedFilmsMs,
  }, async () => {
    const short = join(folder, 'short.mp4');
    await testFilm(short, { seconds: 1, size: '160x120' });
    const whole = readFileSync(short);
    const before = process.memoryUsage().rss;
    const outcomes = { read: 0, refused: 0 };
    const watchOne = async (seed: number) => {
      const path = join(folder, `damaged-${seed}.mp4`);
      writeFileSync(path, damaged(whole, seed));
      try {
        await take(decoded(path), 1000);
        outcomes.read++;
      } catch (error) {
        expect(error).toBeInstanceOf(SourceError);
        expect((error as Error).message).toMatch(/^(It|There|A|Its) /);
        expect((error as Error).message).not.toContain(folder);
        outcomes.refused++;
      }
      await rm(path);
    };
    const seeds = Array.from({ length: damagedFilms }, (_, seed) => seed).values();
    const worker = async () => {
      for (const seed of seeds) await watchOne(seed);
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    expect(outcomes.read + outcomes.refused).toBe(damagedFilms);
    expect(outcomes.refused).toBeGreaterThan(damagedFilms / 10);
    await noDecoderRuns();
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  test('are read within a limit of memory, and what wants more is told in words', async () => {
    const recording = { kind: 'recording', path: film } as const;
    const greedy = join(folder, 'greedy.sh');
    // ffmpeg's own words when it comes to the limit, after the limit itself.
    const words = '[h264 @ 0x56] get_buffer() failed';
    writeFileSync(greedy, `#!/bin/sh\nulimit -v > ${folder}/limit\necho '${words}' >&2\nexit 1\n`);
    chmodSync(greedy, 0o700);
    const source = new FfmpegSource({ address: recording, framesPerSecond: 5, program: greedy });
    await expect(take(source, 1)).rejects.toThrow('Its video wants more memory than a camera may take.');
    expect(readFileSync(join(folder, 'limit'), 'utf8').trim()).toBe('2097152');
  });

  test('are not read without ffmpeg, and it is said what to install', async () => {
    const address = parseAddress(film) as never;
    const source = new FfmpegSource({ address, framesPerSecond: 5, program: '/none/ffmpeg' });
    await expect(take(source, 1)).rejects.toThrow(/^ffmpeg is not installed: on Debian/);
  });
});

describe('push', () => {
  test('gives the pictures that clients send, and refuses what is none', async () => {
    const source = new PushSource();
    const frames = source.frames(new AbortController().signal);
    const next = frames.next();
    await source.receive(await testPicture(1));
    expect((await next).value).toMatchObject({ width: 320, height: 240 });
    await expect(source.receive(Buffer.from('none'))).rejects.toThrow(/not in a format/);
    await frames.return();
  });
});
