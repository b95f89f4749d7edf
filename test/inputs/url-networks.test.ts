import { describe, expect, test } from 'vitest';
import { ownAddresses } from '../../lib/inputs/address-check.ts';
import { isPublicAddress } from '../../lib/inputs/public-address.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import {
  expectUnreadable,
  picture,
  privateAddress,
  readerOf,
  sendPicture,
  startRemoteHost,
} from './remote-host.ts';

const neither = 'The URL leads neither into URL_NETWORKS nor to port 80 or 443 of a public address.';

/** Makes a reader for which these networks are the operator's, and nothing else may be read. */
const within = (port: number, networks: readonly string[]) =>
  readerOf(
    { port },
    { isAllowedAddress: isPublicAddress, allowedPorts: [80, 443], isOwnAddress: ownAddresses(networks) },
  );

describe('URL_NETWORKS', () => {
  test('are read, by address and by name, from any port', async () => {
    await using host = await startRemoteHost(sendPicture, { address: privateAddress });
    const read = within(host.port, ['127.0.0.2']);
    for (const name of [privateAddress, 'internal.test']) {
      expect(Buffer.from(await read(`http://${name}:${host.port}/image.jpg`)).toString()).toBe(picture);
    }
    const { read: readInput } = createInputReader({
      imageRoot: undefined,
      maxImageBytes: 1_000,
      urlNetworks: ['127.0.0.0/30'],
    });
    const bytes = await readInput(`http://${privateAddress}:${host.port}/image.jpg`);
    expect(Buffer.from(bytes).toString()).toBe(picture);
  });

  test('open no other address: not that of a neighbour, of a name that leads to both, or of a redirect', async () => {
    await using neighbour = await startRemoteHost(sendPicture);
    const elsewhere = `http://127.0.0.1:${neighbour.port}/`;
    await using host = await startRemoteHost(
      (_request, response) => response.writeHead(302, { location: elsewhere }).end(),
      { address: privateAddress },
    );
    const read = within(host.port, ['127.0.0.2']);
    for (const address of [
      elsewhere,
      `http://mixed.test:${host.port}/`,
      `http://nobody.test:${host.port}/`,
      `http://${privateAddress}:${host.port}/`,
    ]) {
      await expectUnreadable(read(address), neither);
    }
    expect(neighbour.connections()).toBe(0);
  });

  test('open no other port of a public address', async () => {
    const read = within(1, ['192.168.10.0/24']);
    await expectUnreadable(read('http://93.184.215.14:8080/'), neither);
  });

  test.each([
    '169.254.169.254',
    '[fe80::1]',
    '168.63.129.16',
    '[fd00:ec2::254]',
    '0.0.0.0',
    '[::ffff:a9fe:a9fe]',
  ])('never open %s, at which clouds give secrets, or which is no single host', async (host) => {
    await expectUnreadable(within(1, ['0.0.0.0/0', '::/0'])(`http://${host}/latest/meta-data`), neither);
  });
});
