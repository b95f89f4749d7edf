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

const id = (number: number) => `6b135f5b-a365-4522-b1f1-${String(number).padStart(12, '0')}`;
const lost = id(4);

/** Starts a server on a path of its own. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  resources.defer(() => {
    server.closeAllConnections();
    return new Promise<void>((closed) => server.close(() => closed()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
}

interface Face {
  readonly image_id: string;
  readonly subject: string;
}

const saved: readonly Face[] = [
  { image_id: id(1), subject: 'Jane Roe' },
  { image_id: id(2), subject: ' Jane  Roe ' },
  { image_id: id(3), subject: 'John/Doe' },
  { image_id: lost, subject: 'John/Doe' },
  { image_id: id(5), subject: 'x'.repeat(101) },
];

/**
 * Starts a server that is as strict as CompreFace 1.2, by its REST API's description and its controllers. A
 * page has at most `most` faces, whatever is asked for.
 */
function start(faces = saved, most = 2): Promise<string> {
  return serve((request, response) => {
    const json = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const given = request.headers['x-api-key'];
    if (request.method !== 'GET') return json(405, { status: 405, error: 'Method Not Allowed' });
    if (given === undefined) return json(400, { message: 'Missing request header: x-api-key', code: 20 });
    if (!/^[0-9a-f-]{36}$/.test(String(given)))
      return json(400, { message: 'Bad API key format, it should be UUID', code: 4 });
    if (given !== key) return json(404, { message: `Model ${given} not found`, code: 10 });
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://host');
    const path = pathname.replace('/base/api/v1/recognition', '');
    if (path === '/faces') {
      const page = Number(searchParams.get('page') ?? 0);
      const size = Math.min(Number(searchParams.get('size') ?? 20), most);
      const total_pages = Math.ceil(faces.length / size);
      const total_elements = new Set(faces.map(({ image_id }) => image_id)).size;
      // Without an order, a busy database gives each page one of its own.
      const isOrdered = searchParams.get('sort') === 'id';
      const rows = isOrdered || page === 0 ? faces : [...faces].reverse();
      const part = rows.slice(size * page, size * (page + 1));
      return json(200, { faces: part, page_number: page, page_size: size, total_pages, total_elements });
    }
    if (path === '/subjects/') {
      const subjects = [...new Set(faces.map(({ subject }) => subject)), 'Without Picture'];
      return json(200, { subjects });
    }
    const image = /^\/faces\/([0-9a-f-]{36})\/img$/.exec(path)?.[1];
    if (image === undefined) return json(404, { status: 404, error: 'Not Found', path });
    // A picture that is absent is 200 without a byte.
    const isThere = image !== lost && faces.some(({ image_id }) => image_id === image);
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    response.end(isThere ? `picture ${Number(image.slice(-2))}` : undefined);
  });
}

describe('people of CompreFace', () => {
  test('are its subjects, with the pictures of all pages', async () => {
    const { persons, remarks, joined } = await readCompreFace(await start(), key);
    expect(joined).toEqual(["Jane Roe: 'Jane Roe', ' Jane  Roe '"]);
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
      { name: 'Jane Roe', reason: null, pictures: ['picture 1', 'picture 2'] },
      {
        name: 'John/Doe',
        reason: null,
        pictures: ['picture 3', 'CompreFace has no picture of it (200).'],
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
    const address = await serve((request, response) =>
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

  test('are read from a version that knows no order of pages, too', async () => {
    const [face] = saved;
    const address = await serve((request, response) => {
      if (request.url?.includes('sort=')) response.writeHead(500).end('{"message": "no", "code": 0}');
      else
        response.end(JSON.stringify(request.url?.includes('/faces?') ? { faces: [face] } : { subjects: [] }));
    });
    expect((await readCompreFace(address, key)).persons).toHaveLength(1);
  });

  test('are taken once each when pages overlap, and it is told that others are missing', async () => {
    const [first, second, third] = saved as [Face, Face, Face];
    // The rows changed places between two pages: the first picture comes again, and the fourth never.
    const { persons, remarks } = await readCompreFace(await start([first, second, first, third], 2), key);
    expect(persons.map(({ name, pictures }) => [name, pictures.length])).toEqual([
      ['Jane Roe', 2],
      ['John/Doe', 1],
    ]);
    expect(remarks).toEqual(['Without Picture: CompreFace has no picture of them.']);
    const address = await serve((request, response) =>
      response.end(
        JSON.stringify(
          request.url?.includes('/faces?')
            ? { faces: [first], total_pages: 1, total_elements: 3 }
            : { subjects: [] },
        ),
      ),
    );
    expect((await readCompreFace(address, key)).remarks).toEqual([
      'CompreFace counts 2 more pictures than it lists.',
    ]);
  });

  test('are read within the limit on a picture', async () => {
    const { persons } = await readCompreFace(await start(), key);
    await expect(persons[0]?.pictures[0]?.read(5)).rejects.toMatchObject({ code: 'input_too_large' });
  });

  test('are not read with a wrong key, from something else, or from nowhere', async () => {
    const address = await start();
    await expect(readCompreFace(address, 'wrong')).rejects.toThrow(
      /refuses the key in COMPREFACE_API_KEY.+\(400: Bad API key format, it should be UUID\)/,
    );
    await expect(readCompreFace(address, key.replace('2', '3'))).rejects.toThrow(
      /refuses the key in COMPREFACE_API_KEY.+\(404: Model [0-9-]+ not found\)/,
    );
    await expect(readCompreFace(address.replace('base', 'other'), key)).rejects.toThrow(
      'is no CompreFace (404)',
    );
    const page = await serve((_request, response) => response.end('<html>'));
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
    const other = await serve((request, response) => {
      keys += request.headers['x-api-key'] ? 1 : 0;
      response.end();
    });
    const address = await serve((_request, response) => response.writeHead(302, { location: other }).end());
    await expect(readCompreFace(address, key)).rejects.toThrow('does not answer');
    expect(keys).toBe(0);
  });
});
