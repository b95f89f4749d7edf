import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ForbiddenError, InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import { type LocalUploads, openLocalUploads } from '../../lib/uploads/local.ts';
import type { Upload } from '../../lib/uploads/port.ts';

const maxImageBytes = 1_000;
const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

let dataDir: string;
let uploads: LocalUploads;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'uploads-'));
  uploads = openLocalUploads({ dataDir, maxImageBytes });
});
afterEach(() => rm(dataDir, { recursive: true }));

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

function receive({ fields }: Pick<Upload, 'fields'>, file = chunks('a picture'), changes = {}) {
  const sent = Object.entries({ ...fields, ...changes }).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  return uploads.receive(new Map(sent), file);
}

/** Lists the files below the data folder, with their modes. */
async function files(): Promise<Record<string, number>> {
  const items = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const modes = items.map(async ({ name, parentPath }) => {
    const path = join(parentPath, name);
    return [relative(dataDir, path), (await stat(path)).mode & 0o777] as const;
  });
  return Object.fromEntries(await Promise.all(modes));
}

describe('an upload to the data folder', () => {
  test('is asked for at this service, and lies where a request can name it', async () => {
    const upload = await uploads.create({ kind: 'process' }, 'image/webp');
    expect(upload.url).toBe('/api/v1/uploads');
    expect(upload.maxBytes).toBe(maxImageBytes);
    expect(upload.image).toMatch(new RegExp(`^${dataDir}/uploads/${uuid}\\.webp$`));
    await receive(upload, chunks('a ', 'picture'));
    const inputs = createInputReader({
      imageRoot: undefined,
      uploadsFolder: join(dataDir, 'uploads'),
      maxImageBytes,
    });
    expect(Buffer.from(await inputs.read(upload.image)).toString()).toBe('a picture');
  });

  test('is deleted with its origin where nothing is to be kept of it, and nothing else is', async () => {
    const inputs = createInputReader({
      imageRoot: dataDir,
      uploadsFolder: join(dataDir, 'uploads'),
      maxImageBytes,
    });
    const origin = { source: 'door', reference: 'a.jpg' };
    const sent = [];
    for (const keep of ['all', 'none', 'matches'] as const) {
      const upload = await uploads.create({ kind: 'process', origin, keep }, 'image/jpeg');
      await receive(upload);
      sent.push(upload.image);
    }
    const [first = '', second = '', third = ''] = sent;
    const other = await uploads.create({ kind: 'entry', entryId: 7 }, 'image/jpeg');
    await receive(other);
    await writeFile(join(dataDir, 'uploads', 'own.jpg'), 'own');
    const left = async () => Object.keys(await files()).filter((name) => name.includes('.'));
    const before = await left();
    for (const input of [
      other.image,
      'uploads/own.jpg',
      `${first}.json`,
      'https://a/uploads/x.jpg',
      '',
      '/',
    ]) {
      await inputs.forget(input);
    }
    expect(await left()).toEqual(before);
    await inputs.forget(first);
    // Named from the root of pictures.
    await inputs.forget(relative(dataDir, second));
    await inputs.forget(second);
    const gone = [first, second].map((path) => relative(dataDir, path));
    expect(await left()).toEqual(before.filter((name) => !gone.some((path) => name.startsWith(path))));
    expect((await left()).filter((name) => name.startsWith(relative(dataDir, third)))).toHaveLength(2);
  });

  test("of an entry lies in the entry's inbox; all are for their owner alone, and nothing is beside them", async () => {
    const upload = await uploads.create({ kind: 'entry', entryId: 7 }, 'image/jpeg');
    await receive(upload);
    expect(upload.image).toMatch(new RegExp(`^${dataDir}/inbox/7/${uuid}\\.jpg$`));
    expect(await files()).toEqual({
      inbox: 0o700,
      'inbox/7': 0o700,
      [relative(dataDir, upload.image)]: 0o600,
    });
  });

  test('may be sent again, and the last one counts', async () => {
    const upload = await uploads.create({ kind: 'process' }, 'image/jpeg');
    await receive(upload, chunks('first'));
    await receive(upload, chunks('second'));
    expect(await readFile(upload.image, 'utf8')).toBe('second');
  });

  test('takes as many bytes as the limit, not one more, and not none', async () => {
    const upload = await uploads.create({ kind: 'process' }, 'image/jpeg');
    await receive(upload, chunks(Buffer.alloc(maxImageBytes)));
    expect(await readFile(upload.image)).toHaveLength(maxImageBytes);
    const other = await uploads.create({ kind: 'process' }, 'image/jpeg');
    await expect(receive(other, chunks(Buffer.alloc(maxImageBytes), 'x'))).rejects.toThrow(
      InputTooLargeError,
    );
    await expect(receive(other, chunks())).rejects.toThrow(InputUnreadableError);
    expect(Object.keys(await files())).toEqual(['uploads', relative(dataDir, upload.image)]);
  });

  test('reads no more when there are too many bytes', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 100;
        yield Buffer.alloc(100);
      }
    }
    const upload = await uploads.create({ kind: 'process' }, 'image/jpeg');
    await expect(receive(upload, endless())).rejects.toThrow(InputTooLargeError);
    expect(given).toBe(maxImageBytes + 100);
  });

  test.each([
    ['another key', { key: 'uploads/mine.jpg' }],
    ['a key that leads elsewhere', { key: '../../etc/passwd' }],
    ['another type', { 'content-type': 'text/html' }],
    ['a field more', { acl: 'public' }],
    ['another signature', { signature: 'AAAA' }],
    ['no signature', { signature: '' }],
    ['a signature of the right length', { signature: Buffer.alloc(32).toString('base64url') }],
    ['a policy of its own', { policy: btoa('{"expiration":"2999-01-01T00:00:00Z","conditions":[]}') }],
  ])('is refused with %s, before any byte is read', async (_kind, changes) => {
    const upload = await uploads.create({ kind: 'process' }, 'image/jpeg');
    const file = chunks('a picture');
    await expect(receive(upload, file, changes)).rejects.toThrow(ForbiddenError);
    expect((await file.next()).done).toBe(false);
    expect(await files()).toEqual({});
  });

  test.each(['key', 'policy', 'signature'])(
    'is refused without its %s, which the answer names',
    async (name) => {
      const { fields } = await uploads.create({ kind: 'process' }, 'image/jpeg');
      const { [name]: _, ...others } = fields;
      const receiving = receive({ fields: others });
      await expect(receiving).rejects.toThrow(InputUnreadableError);
      await expect(receiving).rejects.toThrow(`The form has no field ${name} before its file.`);
    },
  );

  test('is refused when another process signed it', async () => {
    const upload = await openLocalUploads({ dataDir, maxImageBytes }).create(
      { kind: 'process' },
      'image/jpeg',
    );
    await expect(receive(upload)).rejects.toThrow(ForbiddenError);
  });

  test('expires after five minutes', async () => {
    const before = Date.now();
    const upload = await uploads.create({ kind: 'process' }, 'image/jpeg');
    expect(upload.expiresAt.getTime() - before).toBeGreaterThanOrEqual(300_000);
    expect(upload.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(300_000);
    vi.useFakeTimers({ toFake: ['Date'], now: upload.expiresAt });
    try {
      await expect(receive(upload)).rejects.toThrow('This upload has expired. Ask for a new one.');
    } finally {
      vi.useRealTimers();
    }
  });

  test('that breaks off leaves nothing', async () => {
    async function* broken() {
      yield Buffer.from('a pic');
      throw new InputUnreadableError('It broke off.');
    }
    const upload = await uploads.create({ kind: 'entry', entryId: 7 }, 'image/jpeg');
    await expect(receive(upload, broken())).rejects.toThrow('It broke off.');
    expect(await files()).toEqual({ inbox: 0o700, 'inbox/7': 0o700 });
  });

  test('is unavailable, not refused, when the folder can not be written', async () => {
    await writeFile(join(dataDir, 'uploads'), 'a file where a folder should be');
    const upload = await uploads.create({ kind: 'process' }, 'image/jpeg');
    await expect(receive(upload)).rejects.toMatchObject({
      code: 'backend_unavailable',
      cause: expect.objectContaining({ code: 'ENOTDIR' }),
    });
  });
});

describe('uploads of yesterday', () => {
  test('are removed, and half-written ones, but neither newer ones nor what waits in the inbox', async () => {
    const lastWeek = new Date(Date.now() - 7 * 86_400_000);
    const old = ['uploads/a.jpg', 'uploads/.tmp-1', 'inbox/7/.tmp-2', 'inbox/Jane Roe/.tmp-3'];
    const kept = ['uploads/b.jpg', 'uploads/.tmp-4', 'inbox/7/c.jpg', 'inbox/8/.tmp-5', 'mine.jpg'];
    for (const folder of ['uploads', 'inbox/7', 'inbox/8', 'inbox/Jane Roe']) {
      await mkdir(join(dataDir, folder), { recursive: true });
    }
    for (const name of [...old, ...kept]) await writeFile(join(dataDir, name), 'x');
    for (const name of [...old, 'inbox/7/c.jpg', 'mine.jpg']) {
      await utimes(join(dataDir, name), lastWeek, lastWeek);
    }
    expect(await uploads.removeStale(new Date(Date.now() - 86_400_000))).toBe(4);
    const names = Object.keys(await files());
    expect(names).toEqual(expect.arrayContaining(kept));
    for (const name of old) expect(names).not.toContain(name);
  });

  test('are none where nothing was ever uploaded', async () => {
    expect(await uploads.removeStale(new Date())).toBe(0);
  });
});
