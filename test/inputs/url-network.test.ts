import type { RequestListener } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { createUrlReader } from '../../lib/inputs/url.ts';
import {
  expectUnreadable,
  notPublic,
  picture,
  privateAddress,
  publicAddress,
  readerOf,
  sendPicture,
  startRemoteHost,
} from './remote-host.ts';

const maxBytes = 1000;

describe('a URL that leads into the own network', () => {
  const loopback = [
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '0177.0.0.01',
    '0x7f000001',
    '0x7f.0.0.1',
    '0x7f.1',
    '%31%32%37.0.0.1',
    '１２７.０.０.１',
    '①②⑦.0.0.①',
    '127。0。0。1',
    '0.0.0.0',
    '0',
    'localhost',
    'LOCALHOST',
    'localhost.',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:7F00:0001]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
  ];
  const others = {
    private: [
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '3232235777',
      '0300.0250.1.1',
      '[fd00::1]',
      '[::ffff:10.0.0.1]',
    ],
    'link-local': ['169.254.1.1', '[fe80::1]', '[::ffff:169.254.1.1]'],
    metadata: [
      '169.254.169.254',
      '169.254.169.254.',
      '2852039166',
      '0xa9fea9fe',
      '0xA9.0xFE.0xA9.0xFE',
      '0251.0376.0251.0376',
      '0251.254.43518',
      '169.254.43518',
      '169.16689662',
      '[::ffff:169.254.169.254]',
      '[::ffff:a9fe:a9fe]',
      '[::a9fe:a9fe]',
      '[64:ff9b::a9fe:a9fe]',
      '[2002:a9fe:a9fe::1]',
      '[2606:4700::5efe:a9fe:a9fe]',
      '[fd00:ec2::254]',
      '100.100.100.200',
      '168.63.129.16',
      '192.0.0.192',
      '169.254.170.2',
    ],
    'special in another way': [
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '192.0.2.1',
      '198.18.0.1',
      '[ff02::1]',
      '[2001:db8::1]',
    ],
  };

  test.each(loopback)('is refused with no connection made: loopback as %s', async (spelling) => {
    await using host = await startRemoteHost(sendPicture, { address: null });
    // This reader has the production's resolver and rule for addresses.
    const read = createUrlReader({ maxBytes, allowedPorts: [host.port] });
    await expectUnreadable(read(`http://${spelling}:${host.port}/`), notPublic);
    expect(host.connections()).toBe(0);
  });

  test.each(
    Object.entries(others).flatMap(([kind, spellings]) =>
      spellings.map((spelling) => [kind, spelling] as const),
    ),
  )('is refused: %s, as %s', async (_kind, spelling) => {
    const read = createUrlReader({ maxBytes });
    await expectUnreadable(read(`http://${spelling}/latest/meta-data/`), notPublic);
    await expectUnreadable(read(`https://${spelling}/`), notPublic);
  });

  test('is refused by a host name too, with all rules as in production', async () => {
    for (const address of [
      '127.0.0.1',
      '::1',
      '::ffff:10.0.0.1',
      '169.254.169.254',
      'fe80::1%eth0',
      'fd00:ec2::254',
    ]) {
      const read = createUrlReader({ maxBytes, resolve: async () => ['93.184.215.14', address] });
      await expectUnreadable(read('http://pictures.test/'), notPublic);
    }
  });

  /** Starts an allowed and a forbidden host on the same port. */
  async function startBoth(listener: RequestListener) {
    const publicHost = await startRemoteHost(listener);
    const privateHost = await startRemoteHost(sendPicture, {
      address: privateAddress,
      port: publicHost.port,
    });
    const stop = async () => {
      await publicHost[Symbol.asyncDispose]();
      await privateHost[Symbol.asyncDispose]();
    };
    return { publicHost, privateHost, port: publicHost.port, [Symbol.asyncDispose]: stop };
  }

  test.each<[string, (port: number) => string, string]>([
    ['its address', (port) => `http://${privateAddress}:${port}/`, notPublic],
    ['its address in decimal', (port) => `http://2130706434:${port}/`, notPublic],
    ['its address in octal', (port) => `http://0177.0.0.2:${port}/`, notPublic],
    ['its address in IPv6', (port) => `http://[::ffff:7f00:2]:${port}/`, notPublic],
    ['its address without a scheme', (port) => `//${privateAddress}:${port}/`, notPublic],
    ['its address with backslashes', (port) => `\\\\${privateAddress}:${port}\\`, notPublic],
    ['its name', (port) => `http://internal.test:${port}/`, notPublic],
    ['a name that is also its', (port) => `http://mixed.test:${port}/`, notPublic],
    ['the metadata service', (port) => `http://169.254.169.254:${port}/latest/meta-data/`, notPublic],
    ['another port', () => 'http://pictures.test:22/', 'URLs are read from the ports \\d+ only.'],
    ['a file', () => 'file:///etc/passwd', 'Only http and https URLs are read.'],
    ['a data: URL', () => 'data:image/png;base64,AAAA', 'Only http and https URLs are read.'],
    [
      'credentials',
      (port) => `http://ann:secret@pictures.test:${port}/`,
      'URLs with a user name or a password are not read.',
    ],
    ['no URL', () => 'http://', 'The URL is not a valid one.'],
  ])('is refused as a redirect: %s', async (_kind, location, message) => {
    await using hosts = await startBoth((request, response) => {
      if (request.url === '/') response.end(picture);
      else response.writeHead(302, { location: location(hosts.port) }).end();
    });
    await expectUnreadable(readerOf(hosts)(`http://pictures.test:${hosts.port}/redirect`), message);
    expect(hosts.publicHost.requests).toHaveLength(1);
    expect(hosts.privateHost.connections()).toBe(0);
  });

  test('is refused when only one of the addresses of its name does', async () => {
    await using hosts = await startBoth(sendPicture);
    for (const found of [
      [publicAddress, privateAddress],
      [privateAddress, publicAddress],
    ]) {
      const read = readerOf(hosts, { resolve: async () => found });
      await expectUnreadable(read(`http://pictures.test:${hosts.port}/`), notPublic);
    }
    expect([hosts.publicHost.connections(), hosts.privateHost.connections()]).toEqual([0, 0]);
  });

  test('is refused when its name changes to a private address: what was checked is dialled, and each look-up is checked', async () => {
    await using hosts = await startBoth(sendPicture);
    const answers = [publicAddress, privateAddress, privateAddress];
    const rebinding = vi.fn(async () => [answers.shift() ?? privateAddress]);
    const read = readerOf(hosts, { resolve: rebinding });
    expect(await read(`http://pictures.test:${hosts.port}/`)).toHaveLength(picture.length);
    expect(rebinding).toHaveBeenCalledTimes(1);
    await expectUnreadable(read(`http://pictures.test:${hosts.port}/`), notPublic);
    expect([hosts.publicHost.connections(), hosts.privateHost.connections()]).toEqual([1, 0]);
  });

  test('is refused when its name changes between a redirect and its target', async () => {
    await using hosts = await startBoth((_request, response) => {
      response.writeHead(302, { location: '/ann.jpg' }).end();
    });
    const answers = [publicAddress, privateAddress];
    const read = readerOf(hosts, { resolve: async () => [answers.shift() ?? privateAddress] });
    await expectUnreadable(read(`http://pictures.test:${hosts.port}/`), notPublic);
    expect([hosts.publicHost.connections(), hosts.privateHost.connections()]).toEqual([1, 0]);
  });

  test('is refused before anything is asked when the connection has another address than was checked', async () => {
    await using host = await startRemoteHost(sendPicture);
    const checked: string[] = [];
    const read = readerOf(host, {
      // The address is allowed at look-up, but no longer after connecting.
      isAllowedAddress: (address) => checked.push(address) === 1,
    });
    await expectUnreadable(read(`http://pictures.test:${host.port}/`), notPublic);
    expect(checked).toEqual([publicAddress, publicAddress]);
    expect([host.connections(), host.requests.length]).toEqual([1, 0]);
  });
});
