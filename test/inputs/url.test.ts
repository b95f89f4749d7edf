import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createUrlReader } from '../../lib/inputs/url.ts';
import { createCertificate } from './certificate.ts';
import {
  expectUnreadable,
  listen,
  notPublic,
  picture,
  privateAddress,
  publicAddress,
  readerOf,
  resolve,
  sendPicture,
  startRemoteHost,
} from './remote-host.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a picture's URL", () => {
  test('is read by the name of its host, or its address', async () => {
    await using host = await startRemoteHost(sendPicture);
    const read = readerOf(host);
    expect(Buffer.from(await read(`http://pictures.test:${host.port}/ann.jpg?size=1#top`)).toString()).toBe(
      picture,
    );
    expect(Buffer.from(await read(`HTTP://${publicAddress}:${host.port}`)).toString()).toBe(picture);
    expect(host.requests.map(({ path }) => path)).toEqual(['/ann.jpg?size=1', '/']);
  });

  test('is asked for without cookies or credentials, and without compression', async () => {
    await using host = await startRemoteHost((_request, response) => {
      response.setHeader('set-cookie', 'session=1').end(picture);
    });
    const read = readerOf(host);
    await read(`http://pictures.test:${host.port}/1`);
    await read(`http://pictures.test:${host.port}/2`);
    expect(host.requests[1]?.headers).toEqual({
      host: `pictures.test:${host.port}`,
      connection: expect.any(String),
      accept: 'image/jpeg, image/png, image/webp, image/gif',
      'accept-encoding': 'identity',
      'user-agent': 'face-blacklist',
    });
  });

  test('is read without the proxy that the environment names', async () => {
    await using host = await startRemoteHost(sendPicture);
    await using proxy = await startRemoteHost(sendPicture);
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy']) {
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    }
    await readerOf(host)(`http://pictures.test:${host.port}/`);
    expect([host.connections(), proxy.connections()]).toEqual([1, 0]);
  });

  test.each([
    ['gzip', gzipSync(picture)],
    ['GZIP', gzipSync(picture)],
    ['x-gzip', gzipSync(picture)],
    ['deflate', deflateSync(picture)],
    ['deflate', deflateRawSync(picture)],
    ['br', brotliCompressSync(picture)],
    ['identity', Buffer.from(picture)],
    ['identity, gzip', gzipSync(picture)],
    ['gzip,identity', gzipSync(picture)],
    ['aws-chunked,gzip', gzipSync(picture)],
    ['x-deflate', deflateRawSync(picture)],
    ['gzip;q=1.0', gzipSync(picture)],
    ['gzip, gzip', gzipSync(gzipSync(picture))],
    ['deflate, br', brotliCompressSync(deflateSync(picture))],
    ['gzip', Buffer.concat([gzipSync(picture), Buffer.from('garbage')])],
    ['gzip', Buffer.concat([gzipSync(picture.slice(0, 9)), gzipSync(picture.slice(9))])],
  ])('is read when the host compresses it all the same: %s', async (encoding, body) => {
    await using host = await startRemoteHost((_request, response) => {
      response.setHeader('content-encoding', encoding).end(body);
    });
    const bytes = await readerOf(host)(`http://pictures.test:${host.port}/`);
    expect(Buffer.from(bytes).toString()).toBe(picture);
  });

  test.each(['gzip', 'br', 'zstd', 'compress', 'gzip, gzip, gzip'])(
    'is read as it came when it is a picture already, and not in the encoding that is told: %s',
    async (encoding) => {
      const jpeg = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), Buffer.from(picture)]);
      await using host = await startRemoteHost((_request, response) => {
        response.setHeader('content-encoding', encoding).end(jpeg);
      });
      expect(Buffer.from(await readerOf(host)(`http://pictures.test:${host.port}/`)).equals(jpeg)).toBe(true);
    },
  );

  test.each(['', ',', 'identity, identity', 'utf-8', 'UTF-8', 'none', 'binary', 'aws-chunked', 'image/jpeg'])(
    'is read as it came when its encoding is none: %j',
    async (encoding) => {
      await using host = await startRemoteHost((_request, response) => {
        response.setHeader('content-encoding', encoding).end(picture);
      });
      const bytes = await readerOf(host)(`http://pictures.test:${host.port}/`);
      expect(Buffer.from(bytes).toString()).toBe(picture);
    },
  );

  test.each([
    ['not a URL', 'http://', 'The URL is not a valid one.'],
    ['not a port', 'http://pictures.test:99999/', 'The URL is not a valid one.'],
    ['a broken address', 'http://127.0.0.256/', 'The URL is not a valid one.'],
    ['ftp', 'ftp://pictures.test/ann.jpg', 'Only http and https URLs are read.'],
    ['a file', 'file:///etc/passwd', 'Only http and https URLs are read.'],
    ['a user name', 'http://ann@pictures.test/', 'URLs with a user name or a password are not read.'],
    ['a password', 'http://:secret@pictures.test/', 'URLs with a user name or a password are not read.'],
    ['port 22', 'http://pictures.test:22/', 'URLs are read from the ports 80 and 443 only.'],
    ['port 8080', 'https://pictures.test:8080/', 'URLs are read from the ports 80 and 443 only.'],
    ['an unknown host', 'http://nobody.test/', notPublic],
    ['a host without addresses', 'http://empty.test/', notPublic],
  ])('is refused with %s', async (_fault, url, message) => {
    await expectUnreadable(createUrlReader({ maxBytes: 1000, resolve })(url), message);
  });

  test.each([301, 302, 303, 307, 308])('is followed through a redirect by %i', async (status) => {
    await using host = await startRemoteHost((request, response) => {
      if (request.url === '/new/ann.jpg') response.end(picture);
      else response.writeHead(status, { location: 'new/ann.jpg' }).end('Moved');
    });
    const bytes = await readerOf(host)(`http://pictures.test:${host.port}/old.jpg`);
    expect(Buffer.from(bytes).toString()).toBe(picture);
  });

  test.each([
    ['relative', 'new/ann.jpg', '/in/new/ann.jpg'],
    ['of a query alone', '?size=2', '/in/old.jpg?size=2'],
    ['with spaces', ' /ann (1) of 2.jpg ', '/ann%20(1)%20of%202.jpg'],
    ['with a fragment', '/ann.jpg#top', '/ann.jpg'],
    ['in UTF-8', Buffer.from('/Zoë Ω 李.jpg').toString('latin1'), encodeURI('/Zoë Ω 李.jpg')],
    ['in UTF-8, with escapes', `${Buffer.from('/ë').toString('latin1')}%20%C3%AB`, '/%c3%ab%20%C3%AB'],
    ['in Latin-1', '/Zo\xeb.jpg', '/Zo%eb.jpg'],
  ])('is followed through a Location that is %s', async (_kind, location, path) => {
    await using host = await startRemoteHost((request, response) => {
      if (request.url !== '/in/old.jpg') response.end(picture);
      else response.socket?.end(Buffer.from(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\n\r\n`, 'latin1'));
    });
    await readerOf(host)(`http://pictures.test:${host.port}/in/old.jpg`);
    expect(host.requests[1]?.path.toLowerCase()).toBe(path.toLowerCase());
  });

  test.each([
    ['a user name', 'http://ann@pictures.test/', 'URLs with a user name or a password are not read.'],
    ['another scheme', 'file:///etc/passwd', 'Only http and https URLs are read.'],
    ['a private address', `http://${privateAddress}:PORT/`, notPublic],
    ['nonsense', 'http://[/', 'The URL is not a valid one.'],
  ])('is not followed to %s', async (_kind, location, message) => {
    await using host = await startRemoteHost((_request, response) => {
      response.writeHead(302, { location: location.replace('PORT', String(host.port)) }).end();
    });
    await expectUnreadable(readerOf(host)(`http://pictures.test:${host.port}/`), message);
  });

  test('is followed through three redirects and no more', async () => {
    await using host = await startRemoteHost((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end(picture);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const read = readerOf(host);
    expect(await read(`http://pictures.test:${host.port}/3`)).toHaveLength(picture.length);
    await expectUnreadable(
      read(`http://pictures.test:${host.port}/4`),
      'The URL redirects more than 3 times.',
    );
    expect(host.requests).toHaveLength(4 + 4);
  });

  test.each([301, 302, 303, 307, 308])('is refused at a %i that tells no location', async (status) => {
    await using host = await startRemoteHost((_request, response) => {
      response.writeHead(status).end(picture);
    });
    const reading = readerOf(host)(`http://pictures.test:${host.port}/`);
    await expectUnreadable(reading, 'The URL did not answer with a picture.');
    expect(host.requests).toHaveLength(1);
  });

  test.each([204, 304, 400, 401, 404, 500])('tells nothing of an answer by %i', async (status) => {
    await using host = await startRemoteHost((_request, response) => {
      response
        .writeHead(status, 'SECRET', { 'x-secret': 'SECRET' })
        .end(status >= 400 ? 'SECRET' : undefined);
    });
    const reading = readerOf(host)(`http://pictures.test:${host.port}/`);
    if (status === 204) expect(await reading).toHaveLength(0);
    else await expectUnreadable(reading, 'The URL did not answer with a picture.');
  });

  test('is read from another address of its host when the first is down', async () => {
    await using host = await startRemoteHost(sendPicture);
    const read = readerOf(host, {
      resolve: async () => [privateAddress, publicAddress],
      isAllowedAddress: () => true,
    });
    expect(await read(`http://pictures.test:${host.port}/`)).toHaveLength(picture.length);
  });

  test('is refused when the host is down', async () => {
    const host = await startRemoteHost(sendPicture);
    await host[Symbol.asyncDispose]();
    await expectUnreadable(
      readerOf(host)(`http://pictures.test:${host.port}/`),
      'The URL could not be read.',
    );
  });

  test.each<[string, (response: ServerResponse) => unknown]>([
    ['hangs up', (response) => response.destroy()],
    ['hangs up amid its answer', (response) => response.write('half', () => response.destroy())],
    [
      'sends less than it announced',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy()),
    ],
    [
      'cuts its gzip short',
      (response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(picture).subarray(0, 20)),
    ],
    [
      'sends what is no gzip',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(picture),
    ],
    ['speaks no HTTP', (response) => response.socket?.end('220 mail.internal ESMTP SECRET\r\n')],
  ])('is refused when the host %s', async (_fault, answer) => {
    await using host = await startRemoteHost((_request, response) => void answer(response));
    await expectUnreadable(
      readerOf(host)(`http://pictures.test:${host.port}/`),
      'The URL could not be read.',
    );
  });

  test.each(['zstd', 'gzip, gzip, gzip', 'compress', 'zstd, gzip'])(
    'is refused in an encoding that nobody asked for: %s',
    async (encoding) => {
      await using host = await startRemoteHost((_request, response) => {
        response.setHeader('content-encoding', encoding).end(gzipSync(picture));
      });
      const reading = readerOf(host)(`http://pictures.test:${host.port}/`);
      await expectUnreadable(reading, 'The URL answered in an encoding that is not read.');
    },
  );
});

describe('a URL with https', () => {
  const { cert, key } = createCertificate('pictures.test');

  interface HttpsHostOptions {
    readonly trusted: boolean;
    readonly listener?: RequestListener;
  }

  /** Starts a host with a certificate that the reader's process trusts or not. */
  async function startHttpsHost({ trusted, listener = sendPicture }: HttpsHostOptions) {
    const server = createHttpsServer({ cert, key }, listener);
    const names: unknown[] = [];
    server.on('secureConnection', (socket: TLSSocket) => names.push(socket.servername));
    const authorities = getCACertificates('default');
    if (trusted) setDefaultCACertificates([...authorities, cert]);
    return {
      port: await listen(server, publicAddress),
      names,
      async [Symbol.asyncDispose]() {
        setDefaultCACertificates(authorities);
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  }

  test('is read when the certificate is for the name of its host', async () => {
    await using host = await startHttpsHost({ trusted: true });
    const bytes = await readerOf(host)(`https://pictures.test:${host.port}/`);
    expect(Buffer.from(bytes).toString()).toBe(picture);
    expect(host.names).toEqual(['pictures.test']);
  });

  test('is followed to https, and to http where the picture lies there', async () => {
    await using plain = await startRemoteHost(sendPicture);
    await using host = await startHttpsHost({
      trusted: true,
      listener: ({ url }, response) => {
        if (url === '/ann.jpg') return void response.end(picture);
        const location = url === '/' ? '/ann.jpg' : `http://pictures.test:${plain.port}/`;
        response.writeHead(302, { location }).end();
      },
    });
    const read = readerOf(host, { allowedPorts: [host.port, plain.port] });
    expect(await read(`https://pictures.test:${host.port}/`)).toHaveLength(picture.length);
    expect(await read(`https://pictures.test:${host.port}/down`)).toHaveLength(picture.length);
    expect(plain.connections()).toBe(1);
  });

  test('is refused when the certificate is for another name', async () => {
    await using host = await startHttpsHost({ trusted: true });
    const read = readerOf(host, { resolve: async () => [publicAddress] });
    await expectUnreadable(read(`https://other.test:${host.port}/`), 'The URL could not be read.');
    await expectUnreadable(read(`https://${publicAddress}:${host.port}/`), 'The URL could not be read.');
  });

  test('is refused when nobody vouches for the certificate, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await using host = await startHttpsHost({ trusted: false });
    await expectUnreadable(
      readerOf(host)(`https://pictures.test:${host.port}/`),
      'The URL could not be read.',
    );
  });
});
