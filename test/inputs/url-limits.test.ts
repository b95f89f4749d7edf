import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { InputTooLargeError } from '../../lib/errors.ts';
import {
  expectUnreadable,
  picture,
  publicAddress,
  readerOf,
  sendPicture,
  startRemoteHost,
} from './remote-host.ts';

const maxBytes = 1000;

describe.concurrent('a URL that never ends', () => {
  /** Resolves when the reader has closed the connection. */
  const hungUp = (response: ServerResponse) => new Promise((done) => response.on('close', done));
  const tooSlow = 'The URL did not give its picture within 0.6 seconds.';

  test.each<[string, (response: ServerResponse) => unknown]>([
    ['does not answer', () => {}],
    ['stops after its headers', (response) => response.flushHeaders()],
    ['stops amid its body', (response) => response.write('half')],
    [
      'trickles',
      (response) => {
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
    ],
    [
      'trickles gzip',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync(picture).subarray(0, 15));
      },
    ],
    [
      'sends informational answers only',
      (response) => {
        const timer = setInterval(() => response.writeEarlyHints({ link: '</x>; rel=preload' }), 10);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('is given up in time, and hung up on, when its host %s', async (_kind, answer) => {
    const closed = Promise.withResolvers<unknown>();
    await using host = await startRemoteHost((_request, response) => {
      closed.resolve(hungUp(response));
      answer(response);
    });
    const read = readerOf(host, { timeoutMs: 600 });
    await expectUnreadable(read(`http://pictures.test:${host.port}/`), tooSlow);
    await closed.promise;
  });

  test('is given up in time when its name is never found, and not dialled when it is found too late', async () => {
    await using host = await startRemoteHost(sendPicture);
    const lookUp = Promise.withResolvers<string[]>();
    const read = readerOf(host, { timeoutMs: 600, resolve: () => lookUp.promise });
    await expectUnreadable(read(`http://pictures.test:${host.port}/`), tooSlow);
    lookUp.resolve([publicAddress]);
    await startAndStop();
    expect(host.connections()).toBe(0);
  });
  /** Makes a connection in between, so that there is time enough for one. */
  async function startAndStop() {
    await using other = await startRemoteHost(sendPicture);
    await readerOf(other)(`http://pictures.test:${other.port}/`);
  }

  test('is given up in time over all its redirects together', async () => {
    await using host = await startRemoteHost((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${request.url}x` }).end(), 250);
    });
    const read = readerOf(host, { timeoutMs: 600 });
    await expectUnreadable(read(`http://pictures.test:${host.port}/`), tooSlow);
    expect(host.requests.length).toBeLessThan(4);
  });

  /** Sends until the reader closes the connection. */
  function sendEndlessly(response: ServerResponse) {
    const send = () => {
      while (!response.destroyed && response.write('x'.repeat(100)));
    };
    response.on('drain', send);
    send();
  }

  test('is cut off at the limit, and hung up on, when its body is endless', async () => {
    const closed = Promise.withResolvers<unknown>();
    await using host = await startRemoteHost((_request, response) => {
      closed.resolve(hungUp(response));
      sendEndlessly(response);
    });
    const reading = readerOf(host)(`http://pictures.test:${host.port}/`);
    await expect(reading).rejects.toThrow(InputTooLargeError);
    await expect(reading).rejects.toThrow('The picture is larger than 1000 bytes.');
    await closed.promise;
  });

  test('is cut off at the limit when its gzip is endless and holds nothing', async () => {
    await using host = await startRemoteHost((_request, response) => {
      // The header of RFC 1952, section 2.3, promises a file name, and the name never ends.
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(Buffer.from([0x1f, 0x8b, 8, 0x08, 0, 0, 0, 0, 0, 3]));
      sendEndlessly(response);
    });
    await expect(readerOf(host)(`http://pictures.test:${host.port}/`)).rejects.toThrow(InputTooLargeError);
  });

  test.each([404, 302])('is hung up on when nobody wants its body: %i', async (status) => {
    const closed = Promise.withResolvers<unknown>();
    await using host = await startRemoteHost((request, response) => {
      if (request.url === '/other') return sendPicture(request, response);
      closed.resolve(hungUp(response));
      response.writeHead(status, { location: '/other' });
      sendEndlessly(response);
    });
    const reading = readerOf(host)(`http://pictures.test:${host.port}/`);
    await Promise.allSettled([reading]);
    await closed.promise;
    if (status === 302) expect(await reading).toHaveLength(picture.length);
    else await expectUnreadable(reading, 'The URL did not answer with a picture.');
  });
});

describe('a URL whose picture is too large', () => {
  test('is refused by its announced length alone', async () => {
    await using host = await startRemoteHost((_request, response) => {
      response.writeHead(200, { 'content-length': maxBytes + 1 }).flushHeaders();
    });
    await expect(readerOf(host)(`http://pictures.test:${host.port}/`)).rejects.toThrow(InputTooLargeError);
  });

  test.each([undefined, 'gzip', 'deflate', 'br'])(
    'by one byte is refused, with one less is read (encoding %s)',
    async (encoding) => {
      const compress =
        { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[encoding ?? ''] ?? Buffer.from;
      await using host = await startRemoteHost((request, response) => {
        if (encoding !== undefined) response.setHeader('content-encoding', encoding);
        response.flushHeaders(); // so that the length is not announced
        response.end(compress(Buffer.alloc(Number(request.url?.slice(1)))));
      });
      const read = readerOf(host);
      expect(await read(`http://pictures.test:${host.port}/${maxBytes}`)).toHaveLength(maxBytes);
      await expect(read(`http://pictures.test:${host.port}/${maxBytes + 1}`)).rejects.toThrow(
        InputTooLargeError,
      );
    },
  );

  test('once decompressed is refused without decompressing it all', async () => {
    // These 200 KB unpack to 200 MB.
    const bomb = Buffer.concat(Array<Buffer>(200).fill(gzipSync(Buffer.alloc(1_000_000))));
    expect(bomb.length).toBeLessThan(250_000);
    await using host = await startRemoteHost((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(bomb);
    });
    const residentBefore = process.memoryUsage.rss();
    const reading = readerOf(host, { maxBytes: 1_000_000 })(`http://pictures.test:${host.port}/`);
    await expect(reading).rejects.toThrow(InputTooLargeError);
    expect(process.memoryUsage.rss() - residentBefore).toBeLessThan(50_000_000);
  });
});
