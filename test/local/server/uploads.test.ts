import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProcessUploadContract } from '../../../lib/contract/endpoints/create-process-upload.ts';
import type { UploadForm } from '../../../lib/contract/uploads.ts';
import { endpoint } from '../../../lib/http/endpoint.ts';
import { requestOrigin } from '../../../lib/http/origin.ts';
import { createProcessUpload } from '../../../lib/uploads/create-upload.ts';
import { openLocalUploads } from '../../../lib/uploads/local.ts';
import { receiveUploadContract, uploadReceiver } from '../../../local/server/uploads.ts';
import { formOf } from '../../uploads/form.ts';
import { allowedOrigin, type RunningServer, startServer } from './running-server.ts';

const maxImageBytes = 2_000_000;
const token = 'secret-token';
const authorization = { Authorization: `Bearer ${token}` };

let dataDir: string;
let server: RunningServer;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'uploads-'));
  const uploads = openLocalUploads({ dataDir, maxImageBytes });
  const ask = endpoint(createProcessUploadContract, ({ body }, { event }) =>
    createProcessUpload({ uploads }, { contentType: body.content_type, origin: requestOrigin(event) }),
  );
  server = await startServer([], {
    routes: [ask, { contract: receiveUploadContract, receive: uploadReceiver(uploads) }],
    apiTokens: [token],
    // Smaller than a picture: uploads are not held in memory, so this limit does not count for them.
    maxRequestBytes: 10_000,
    emulateGatewayLimits: true,
  });
});
afterEach(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true });
});

async function ask(body: object = {}, headers: Record<string, string> = authorization) {
  const reply = await server.send('POST', createProcessUploadContract.path, {
    headers,
    body: JSON.stringify(body),
  });
  return { status: reply.status, upload: reply.json() as UploadForm };
}

function post({ url, fields }: UploadForm, file: Uint8Array | string, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body: formOf(fields, file), headers });
}

const stored = () => readdir(join(dataDir, 'uploads'));

/** Makes a form's bytes, cut before its last line, and the head of the request that sends it. */
async function bareForm({ fields }: UploadForm, file: Uint8Array) {
  const whole = new Response(formOf(fields, file));
  const type = whole.headers.get('content-type') ?? '';
  const bytes = Buffer.from(await whole.arrayBuffer());
  const head = (...lines: string[]) =>
    ['POST /api/v1/uploads HTTP/1.1', 'Host: localhost', `Content-Type: ${type}`, ...lines, '', ''].join(
      '\r\n',
    );
  return { bytes, head };
}

describe('an upload to this service', () => {
  test('is asked for with a token, and sent without one', async () => {
    expect((await ask({}, {})).status).toBe(401);
    const { status, upload } = await ask({ content_type: 'image/png' });
    expect(status).toBe(201);
    expect(upload.url).toBe(`http://127.0.0.1:${server.port}/api/v1/uploads`);
    const answer = await post(upload, 'a picture');
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await readFile(upload.image, 'utf8')).toBe('a picture');
  });

  test('may be larger than any request, and its path may end in a slash', async () => {
    const { upload } = await ask();
    expect(upload.max_bytes).toBe(maxImageBytes);
    const picture = Buffer.alloc(maxImageBytes, 'picture');
    expect((await post({ ...upload, url: `${upload.url}/` }, picture)).status).toBe(204);
    expect(picture.equals(await readFile(upload.image))).toBe(true);
  });

  test('may be sent by a page of an allowed origin', async () => {
    const { upload } = await ask();
    const headers = { Origin: allowedOrigin };
    const preflight = await server.send('OPTIONS', '/api/v1/uploads', {
      headers: { ...headers, 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.headers['access-control-allow-origin']).toBe(allowedOrigin);
    const answer = await post(upload, 'a picture', headers);
    expect(answer.headers.get('access-control-allow-origin')).toBe(allowedOrigin);
  });

  test('is refused with 403 when its form was changed', async () => {
    const { upload } = await ask();
    const answer = await post(
      { ...upload, fields: { ...upload.fields, key: 'uploads/mine.jpg' } },
      'a picture',
    );
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ detail: "The upload's field key is not what was agreed on." });
    await expect(stored()).rejects.toThrow('ENOENT');
  });

  test.each([
    ['no file', (form: FormData) => form.delete('file')],
    ['no key before the file', (form: FormData) => form.delete('key')],
    ['an empty file', (form: FormData) => form.set('file', new Blob([]))],
  ])('is refused with 400 when it has %s', async (_kind, change) => {
    const { upload } = await ask();
    const body = formOf(upload.fields, 'a picture');
    change(body);
    const answer = await fetch(upload.url, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ detail: expect.any(String) });
    expect(await stored().catch(() => [])).toEqual([]);
  });

  test('is refused with 400 when it is no form', async () => {
    const { upload } = await ask();
    for (const type of ['application/json', 'multipart/form-data', 'multipart/form-data; boundary=x']) {
      const answer = await fetch(upload.url, {
        method: 'POST',
        body: '{}',
        headers: { 'Content-Type': type },
      });
      expect(answer.status, type).toBe(400);
    }
  });

  test('is refused with 400, and leaves nothing, when its form ends amid the file', async () => {
    const { upload } = await ask();
    const { bytes, head } = await bareForm(upload, Buffer.alloc(500_000));
    const connection = await server.connect();
    connection.write(head('Content-Length: 400000'));
    connection.write(bytes.subarray(0, 400_000));
    await connection.until('multipart/form-data');
    expect(connection.received).toMatch(/^HTTP\/1\.1 400 /);
    expect(await stored()).toEqual([]);
    connection.socket.destroy();
  });

  test('is refused with 413 as soon as too many bytes have come, and leaves nothing', async () => {
    const { upload } = await ask();
    const { bytes, head } = await bareForm(upload, Buffer.alloc(maxImageBytes + 100_000));
    const connection = await server.connect();
    // The body is one byte shorter than its header says, so it never becomes complete.
    connection.write(head(`Content-Length: ${bytes.length}`));
    connection.write(bytes.subarray(0, -1));
    await connection.until('larger than');
    expect(connection.received).toMatch(/^HTTP\/1\.1 413 /);
    expect(await stored()).toEqual([]);
    connection.socket.destroy();
  });

  test.each(['Content-Length: 1000000000', 'Content-Length: 1000000000\r\nExpect: 100-continue'])(
    'is refused with 413 before a byte of it has come: %s',
    async (announced) => {
      const { upload } = await ask();
      const { head } = await bareForm(upload, Buffer.alloc(0));
      const connection = await server.connect();
      connection.write(head(announced));
      await connection.until('larger than');
      expect(connection.received).toMatch(/^HTTP\/1\.1 413 /);
      connection.socket.destroy();
    },
  );

  test('that waits for leave to be sent gets it', async () => {
    const { upload } = await ask();
    const { bytes, head } = await bareForm(upload, Buffer.from('a picture'));
    const connection = await server.connect();
    connection.write(head(`Content-Length: ${bytes.length}`, 'Expect: 100-continue'));
    await connection.until('HTTP/1.1 100 Continue');
    connection.write(bytes);
    await connection.until('HTTP/1.1 204');
    expect(await readFile(upload.image, 'utf8')).toBe('a picture');
    connection.socket.destroy();
  });

  test('leaves nothing when its client goes away', async () => {
    const { upload } = await ask();
    const { bytes, head } = await bareForm(upload, Buffer.alloc(1_000_000));
    await post((await ask()).upload, 'another, so that the folder is there');
    const connection = await server.connect();
    const begun = watchFor(1);
    connection.write(head(`Content-Length: ${bytes.length}`));
    connection.write(bytes.subarray(0, 500_000));
    await begun;
    const gone = watchFor(0);
    connection.socket.destroy();
    await gone;
    expect(await stored()).toHaveLength(1);
  });
});

describe('strangers who send the beginnings of forms', () => {
  const begin = async (count: number) => {
    const connections = [];
    for (let at = 0; at < count; at += 1) {
      const connection = await server.connect();
      connection.write(
        `POST /api/v1/uploads HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n`,
      );
      connections.push(connection);
    }
    return connections;
  };

  test('hold up no request with a token, and lose their places to forms that are ready', async () => {
    const arrivals = 260;
    let arrived = 0;
    const all = new Promise<void>((resolve) => {
      server.server.on('request', () => {
        arrived += 1;
        if (arrived === arrivals) resolve();
      });
    });
    const slow = await begin(arrivals);
    await all;
    const { status, upload } = await ask();
    expect(status).toBe(201);
    // An upload that waits for its fields keeps its place for this long.
    let answer = await post(upload, 'a picture');
    while (answer.status === 503) answer = await post(upload, 'a picture');
    expect(answer.status).toBe(204);
    const refusals = await Promise.all(
      slow.map(async ({ received, socket }) => {
        socket.destroy();
        return /^HTTP\/1\.1 (\d+)/.exec(received)?.[1];
      }),
    );
    expect(refusals).toContain('503');
    expect(refusals).toContain('408');
  });

  test('are refused at once when the signature is wrong, before the file has come', async () => {
    const { upload } = await ask();
    const wrong = { ...upload, fields: { ...upload.fields, signature: 'AAAA' } };
    const { bytes, head } = await bareForm(wrong, Buffer.alloc(500_000));
    const connection = await server.connect();
    connection.write(head(`Content-Length: ${bytes.length}`));
    connection.write(bytes.subarray(0, 2_000));
    await connection.until('signature');
    expect(connection.received).toMatch(/^HTTP\/1\.1 403 .*Connection: close/is);
    connection.socket.destroy();
  });
});

/** Waits until this many uploads are being written. */
function watchFor(count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = async () => {
      const unfinished = (await stored()).filter((name) => name.startsWith('.'));
      if (unfinished.length !== count) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(join(dataDir, 'uploads'), look);
    void look();
  });
}
