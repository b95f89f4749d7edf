import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedAddresses } from '../../lib/cameras/networks.ts';
import { redirectGuard } from '../../lib/cameras/redirect-guard.ts';
import { addressCheck } from '../../lib/inputs/address-check.ts';

describe('CAMERA_NETWORKS', () => {
  const isAllowed = addressCheck(['192.168.10.0/24', '10.1.2.3', 'fd00:1::/32', '::1']);

  test.each([
    ['192.168.10.7', true],
    ['192.168.11.7', false],
    ['10.1.2.3', true],
    ['10.1.2.4', false],
    ['::ffff:192.168.10.7', true],
    ['::ffff:169.254.169.254', false],
    ['fd00:1:2::3', true],
    ['fd00:2::3', false],
    ['::1', true],
    ['127.0.0.1', false],
    ['no address', false],
    ['', false],
  ])('has %s: %s', (address, isIn) => {
    expect(isAllowed(address)).toBe(isIn);
  });

  test('are asked for the address itself, and for each address of a name', async () => {
    expect(await checkedAddresses('[::1]', isAllowed)).toEqual([{ address: '::1', family: 6 }]);
    const outside = { message: 'Its address is outside of CAMERA_NETWORKS.' };
    await expect(checkedAddresses('169.254.169.254', isAllowed)).rejects.toMatchObject(outside);
    await expect(checkedAddresses('localhost', addressCheck(['192.168.0.0/16']))).rejects.toMatchObject(
      outside,
    );
    const loopback = addressCheck(['127.0.0.0/8', '::1']);
    expect((await checkedAddresses('localhost', loopback)).length).toBeGreaterThan(0);
  });
});

describe('the guard against redirects', () => {
  const chunked = (text: string, cuts: readonly number[]) => {
    const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((one, other) => one - other);
    return [...places, text.length].map((end, index) => text.slice(places[index - 1] ?? 0, end));
  };
  const finds = (parts: readonly string[]) => {
    const isRedirect = redirectGuard();
    return parts.map((part) => isRedirect(Buffer.from(part, 'latin1'))).includes(true);
  };

  test('finds one however it is cut, written or hidden', () => {
    const forms = fc.constantFrom(
      'RTSP/1.0 302 Moved',
      'RTSP/2.0  301 x',
      'RTSP/ +0305',
      'R\rTSP/1.0\r 3\r03',
      `${'x'.repeat(5000)}RTSP/1.0 300`,
    );
    const before = fc.constantFrom('', 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n', '$\0\0\u0004abcd');
    fc.assert(
      fc.property(before, forms, fc.array(fc.nat(8000)), (start, form, cuts) => {
        expect(finds(chunked(`${start}${form}\r\n`, cuts))).toBe(true);
      }),
    );
  });

  test('lets all other answers pass', () => {
    const answers = [
      'RTSP/1.0 200 OK\r\nServer: RTSP/1.0 Server 3\r\n\r\n',
      'v=0\r\ns=RTSP/RTP stream from NVR 300\r\na=control:rtsp://192.168.1.2/301\r\n',
      'RTSP/1.0 401 Unauthorized\r\n\r\nRTSP/1.0 454 Session Not Found\r\n\r\n',
    ];
    expect(finds(answers)).toBe(false);
  });
});
