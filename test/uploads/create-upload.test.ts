import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EntryNotFoundError } from '../../lib/errors.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { createEntryUpload, createProcessUpload } from '../../lib/uploads/create-upload.ts';
import { keepOfUpload } from '../../lib/uploads/key.ts';
import { type LocalUploads, openLocalUploads } from '../../lib/uploads/local.ts';

const wish = { contentType: 'image/jpeg', origin: 'http://127.0.0.1:8000' } as const;

let dataDir: string;
let records: RecordStore;
let uploads: LocalUploads;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'uploads-'));
  records = openSqliteRecords(await openDatabase(join(dataDir, 'records.sqlite')));
  uploads = openLocalUploads({ dataDir, maxImageBytes: 1_000 });
});
afterAll(async () => {
  await records.close();
  await rm(dataDir, { recursive: true });
});

describe('an upload', () => {
  test('goes to the origin that the client called', async () => {
    expect(await createProcessUpload({ uploads }, wish)).toMatchObject({
      url: 'http://127.0.0.1:8000/api/v1/uploads',
      max_bytes: 1_000,
      image: expect.stringContaining(join(dataDir, 'uploads')),
      fields: { 'Content-Type': 'image/jpeg' },
      expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    for (const origin of ['https://faces.example', 'https://faces.example/faces']) {
      const proxied = await createProcessUpload({ uploads }, { ...wish, origin });
      expect(proxied.url).toBe(`${origin}/api/v1/uploads`);
    }
  });

  test('carries the wish what to keep of it in its name', async () => {
    for (const keep of ['all', 'matches', 'none'] as const) {
      const { image } = await createProcessUpload({ uploads }, { ...wish, keep });
      expect(keepOfUpload(image)).toBe(keep);
      expect(keepOfUpload(`s3://bucket/uploads/${image.split('/').at(-1)}`)).toBe(keep);
    }
    expect(keepOfUpload('https://example.com/none.jpg')).toBe('all');
  });

  test('goes to a path when the client did not say what it called', async () => {
    const { url } = await createProcessUpload({ uploads }, { ...wish, origin: undefined });
    expect(url).toBe('/api/v1/uploads');
  });

  test('goes where it is told to, when that is elsewhere', async () => {
    const url = 'https://bucket.s3.eu-west-1.amazonaws.com/';
    const create: LocalUploads['create'] = async (...asked) => ({ ...(await uploads.create(...asked)), url });
    expect((await createProcessUpload({ uploads: { ...uploads, create } }, wish)).url).toBe(url);
  });

  test('is for an entry only while that is shown', async () => {
    const { id } = await records.createEntry({ name: 'Jane Roe', reason: null });
    const create = () => createEntryUpload({ records, uploads }, id, wish);
    await expect(create()).rejects.toThrow(EntryNotFoundError);
    await records.activateEntry(id);
    expect((await create()).image).toContain(join(dataDir, 'inbox', String(id)));
    await records.markEntryDeleting(id);
    await expect(create()).rejects.toThrow(EntryNotFoundError);
    await expect(createEntryUpload({ records, uploads }, 4711, wish)).rejects.toThrow(EntryNotFoundError);
  });
});
