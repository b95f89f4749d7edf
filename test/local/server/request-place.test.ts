import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { callerOf } from '../../../local/server/caller.ts';
import { type PlaceOptions, placeReader } from '../../../local/server/request-place.ts';

const trustedProxies = ['10.0.0.0/8', '192.168.0.1', 'fd00::/8'];

function place(
  headers: Record<string, string>,
  options: PlaceOptions = { trustedProxies },
  { peer = '10.0.0.2', url = '/' } = {},
) {
  const socket = new Socket();
  Object.defineProperties(socket, {
    remoteAddress: { value: peer },
    localAddress: { value: '10.0.0.9' },
    localPort: { value: 8000 },
  });
  const request = new IncomingMessage(socket);
  const all = { host: 'inner:8000', ...headers };
  Object.assign(request, { url, headers: all, rawHeaders: Object.entries(all).flat() });
  return placeReader(options)(request);
}

const forwarded = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'faces.example',
  'x-forwarded-prefix': '/faces/',
};

describe('a request that a proxy passed on', () => {
  test('came to where a trusted proxy says', () => {
    for (const peer of ['10.0.0.2', '::ffff:10.0.0.2', '192.168.0.1', 'fd00::1']) {
      expect(place(forwarded, { trustedProxies }, { peer })).toMatchObject({
        scheme: 'https',
        host: 'faces.example',
        prefix: '/faces',
        clientAddress: '203.0.113.7',
      });
    }
  });

  test('came to where it says itself, when no trusted proxy sent it', () => {
    const own = { scheme: 'http', host: 'inner:8000', prefix: '', clientAddress: '11.0.0.2' };
    expect(place(forwarded, { trustedProxies }, { peer: '11.0.0.2' })).toMatchObject(own);
    expect(place(forwarded, {}, { peer: '11.0.0.2' })).toMatchObject(own);
  });

  test('may say so as RFC 7239 has it', () => {
    const text = 'for="[2001:db8::7]:4711";proto=HTTPS;host="faces.example:444"';
    expect(place({ forwarded: text })).toMatchObject({
      scheme: 'https',
      host: 'faces.example:444',
      clientAddress: '2001:db8::7',
    });
  });

  test("has its client's own words in front of each proxy's, which do not count", () => {
    const spoofed = {
      'x-forwarded-for': '127.0.0.1, 203.0.113.7',
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'evil.example, faces.example',
    };
    const told = { scheme: 'https', host: 'faces.example', clientAddress: '203.0.113.7' };
    expect(place(spoofed)).toMatchObject(told);
    // There are two own proxies, and the client has talked to the outer one.
    const chained = {
      'x-forwarded-for': '127.0.0.1, 203.0.113.7, 10.0.0.3',
      'x-forwarded-proto': 'http, https, http',
      'x-forwarded-host': 'evil.example, faces.example, middle',
    };
    expect(place(chained)).toMatchObject(told);
  });

  test('comes by PUBLIC_URL, whatever else is said', () => {
    const publicUrl = { origin: 'https://public.example:8443', prefix: '/f' };
    expect(place(forwarded, { trustedProxies, publicUrl })).toMatchObject({
      scheme: 'https',
      host: 'public.example:8443',
      prefix: '/f',
      clientAddress: '203.0.113.7',
    });
  });

  test.each([
    ['another scheme', { 'x-forwarded-proto': 'javascript' }],
    ['a host with a path', { 'x-forwarded-host': 'faces.example/x' }],
    ['a host with markup', { 'x-forwarded-host': '<script>' }],
    ['a prefix without its slash', { 'x-forwarded-prefix': 'faces' }],
    ['a prefix that is another host', { 'x-forwarded-prefix': '//evil.example' }],
    ['a prefix that leads upwards', { 'x-forwarded-prefix': '/a/../b' }],
    ['a prefix with a quote', { 'x-forwarded-prefix': '/a"b' }],
    ['two kinds that differ', { 'x-forwarded-host': 'one.example', forwarded: 'host=two.example' }],
    ['very many values', { 'x-forwarded-for': '1.1.1.1,'.repeat(100) }],
    ['a very long value', { forwarded: `for=${'1'.repeat(5000)}` }],
  ])('is refused with %s', (_what, headers) => {
    expect(() => place(headers)).toThrow(expect.objectContaining({ code: 'input_unreadable' }));
  });
});

test('callers are told apart by token, else by address, of IPv6 by its network', () => {
  expect(callerOf('token-1', '10.0.0.1')).toBe(callerOf('token-1', '10.0.0.2'));
  expect(callerOf('token-0', '10.0.0.1')).not.toBe(callerOf('token-1', '10.0.0.1'));
  expect(callerOf(undefined, '10.0.0.1')).not.toBe(callerOf(undefined, '10.0.0.2'));
  expect(callerOf(undefined, '2001:db8::1')).toBe(callerOf(undefined, '2001:db8::ffff:2'));
  expect(callerOf(undefined, '2001:db8::1')).not.toBe(callerOf(undefined, '2001:db8:0:1::1'));
});
