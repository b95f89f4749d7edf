import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCompreFace } from '../../../local/import/compreface.ts';

const key = '00000000-0000-0000-0000-000000000002';
let resources: AsyncDisposableStack;
beforeEach(() => {
  resources = new AsyncDisposableStack();
});
afterEach(() => resources.disposeAsync());

/** Starts a server that answers as CompreFace's REST API does, with pages of two faces. */
async function start(answer?: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const faces = [
    { image_id: 'one', subject: 'Jane Roe' },
    { image_id: 'two', subject: ' Jane  Roe ' },
    { image_id: 'three', subject: 'John/Doe' },
    { image_id: 'lost', subject: 'John/Doe' },
    { image_id: 'long', subject: 'x'.repeat(101) },
  ];
  const asCompreFace = (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers['x-api-key'] !== key)
      return response.writeHead(401).end('{"message": "no", "code": 1}');
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://host');
    const page = Number(searchParams.get('page'));
    if (pathname === '/base/api/v1/recognition/faces') {
      const part = faces.slice(2 * page, 2 * page + 2);
      return response.end(
        JSON.stringify({ faces: part, page_number: page, total_pages: 3, total_elements: 5 }),
      );
    }
    if (pathname === '/base/api/v1/recognition/subjects/') {
      const subjects = ['Jane Roe', ' Jane  Roe ', 'John/Doe', 'x'.repeat(101), 'Without Picture'];
      return response.end(JSON.stringify({ subjects }));
    }
    const [, id] = /^\/base\/api\/v1\/recognition\/faces\/(\w+)\/img$/.exec(pathname) ?? [];
    return id && id !== 'lost' ? response.end(`picture ${id}`) : response.writeHead(404).end();
  };
  const server = createServer(answer ?? asCompreFace).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  resources.defer(() => {
    server.closeAllConnections();
    return new Promise<void>((closed) => server.close(() => closed()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
}

describe('people of CompreFace', () => {
  test('are its subjects, with the pictures of all pages', async () => {
    const { persons, remarks } = await readCompreFace(await start(), key);
    const read = persons.map(async ({ name, reason, pictures }) => ({
      name,
      reason,
      pictures: await Promise.all(
        pictures.map(async (picture) => {
          const bytes = await picture.read(100).catch((error: Error) => error.message);
          return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
        }),
      ),
    }));
    expect(await Promise.all(read)).toEqual([
      { name: 'Jane Roe', reason: null, pictures: ['picture one', 'picture two'] },
      {
        name: 'John/Doe',
        reason: null,
        pictures: ['picture three', 'CompreFace has no picture of it (404).'],
      },
    ]);
    expect(remarks).toEqual([
      `${'x'.repeat(101)}: A name has 1 to 100 characters.`,
      'Without Picture: CompreFace has no picture of them.',
    ]);
  });

  test('are read from a version before 0.6 too, which has no pages and does not list subjects', async () => {
    const faces = [
      { image_id: 'one', subject: 'Jane Roe' },
      { image_id: 'two', subject: 'John Doe' },
    ];
    const address = await start((request, response) =>
      request.url?.includes('/faces?')
        ? response.end(JSON.stringify({ faces }))
        : response.writeHead(404).end('{"message": "no", "code": 1}'),
    );
    const { persons, remarks } = await readCompreFace(address, key);
    expect(persons.map(({ name, pictures }) => [name, pictures.length])).toEqual([
      ['Jane Roe', 1],
      ['John Doe', 1],
    ]);
    expect(remarks).toEqual([]);
  });

  test('are read within the limit on a picture', async () => {
    const { persons } = await readCompreFace(await start(), key);
    await expect(persons[0]?.pictures[0]?.read(5)).rejects.toMatchObject({ code: 'input_too_large' });
  });

  test('are not read with a wrong key, from something else, or from nowhere', async () => {
    const address = await start();
    await expect(readCompreFace(address, 'wrong')).rejects.toThrow('refuses the key in COMPREFACE_API_KEY');
    await expect(readCompreFace(address.replace('base', 'other'), key)).rejects.toThrow(
      'is no CompreFace (404)',
    );
    const page = await start((_request, response) => response.end('<html>'));
    await expect(readCompreFace(page, key)).rejects.toThrow('does not answer as CompreFace does (200)');
    await expect(readCompreFace('http://127.0.0.1:1', key)).rejects.toThrow('does not answer');
    for (const wrong of ['127.0.0.1:8000', 'ftp://host', 'http://user:pass@host']) {
      await expect(readCompreFace(wrong, key)).rejects.toThrow(
        '--compreface takes the address of CompreFace',
      );
    }
  });

  test('are asked for without following a redirect, to which the key would go', async () => {
    let keys = 0;
    const other = await start((request, response) => {
      keys += request.headers['x-api-key'] ? 1 : 0;
      response.end();
    });
    const address = await start((_request, response) => response.writeHead(302, { location: other }).end());
    await expect(readCompreFace(address, key)).rejects.toThrow('does not answer');
    expect(keys).toBe(0);
  });
});
