import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { type AuditScope, inAuditScope } from '../../lib/audit/scope.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { Deadline } from '../../lib/deadline.ts';
import { BackendUnavailableError, NoFaceError, RequestInvalidError } from '../../lib/errors.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { watched } from './steps.ts';
import { complete, contents, imageFolders, useStores } from './stores.ts';

const stores = useStores();

/** Lists somebody twice: the second entry has as many other pictures. */
async function listTwice(count: number): Promise<{ readonly into: number; readonly from: number }> {
  const { listed } = stores.pictures;
  const pictures = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      sharp(listed)
        .modulate({ brightness: 1.05 + index / 20 })
        .jpeg()
        .toBuffer(),
    ),
  );
  const list = async (name: string, files: readonly Uint8Array[]) => {
    const named = files.map((bytes, index) => ({ fileName: `${index + 1}.jpg`, bytes }));
    return (await createEntry(stores.ports, { name, reason: null }, named)).id;
  };
  return { into: await list('Jane', [listed]), from: await list('Jane R.', pictures) };
}

describe('a merge', () => {
  it('writes a line for each picture, for the fields, and for the entry that goes', async () => {
    const { into, from } = await listTwice(2);
    const scope: AuditScope = { ...serviceFacts('ada', 'mergeEntry'), requestId: 'r', written: 0 };
    await inAuditScope(scope, () => mergeEntries(stores.ports, into, { entry_id: from }, { actor: 'ada' }));
    const { items } = await new SqliteAudit(stores.database).list({ actor: 'ada', limit: 10 });
    const told = items.map(({ action, entryId, imageId, detail }) => [
      ...[action, entryId, imageId !== null, detail],
    ]);
    expect(told).toEqual([
      ['mergeEntry', from, false, `into entry ${into}`],
      ['mergeEntry', into, false, `from entry ${from}; changed: notes`],
      ['mergeEntry', into, true, `from entry ${from}`],
      ['mergeEntry', into, true, `from entry ${from}`],
    ]);
  });

  it('of a picture that is lost or damaged is refused, and the preview says which', async () => {
    const { ports, folder } = stores;
    const { into, from } = await listTwice(3);
    const images = await ports.records.listImages(from);
    const [one, two] = ['1.jpg', '2.jpg'].map((name) => images.find(({ file }) => file?.name === name));
    await ports.images.delete(one?.key ?? '');
    await writeFile(join(imageFolders(folder).blacklist, '..', two?.key ?? ''), 'no picture');
    const { pictures, warnings } = await mergeEntries(ports, into, { entry_id: from, dry_run: true });
    expect(pictures).toMatchObject({ added: 1, already_there: 0 });
    expect(pictures.refused.toSorted((a, b) => (a.file_name ?? '').localeCompare(b.file_name ?? ''))).toEqual(
      [
        { id: one?.id, file_name: '1.jpg', reason: 'The stored original is lost.' },
        { id: two?.id, file_name: '2.jpg', reason: expect.any(String) },
      ],
    );
    expect(warnings).toEqual(['The pictures could not be compared.']);
    await expect(mergeEntries(ports, into, { entry_id: from })).rejects.toMatchObject({
      problems: [{ loc: ['body', 'entry_id'], msg: expect.stringContaining('1.jpg: The stored original') }],
    });
    expect(await ports.records.getEntry(into)).toMatchObject({ imageCount: 1, version: 1 });
    expect(await ports.records.getEntry(from)).toMatchObject({ status: 'ACTIVE' });
  });

  it('takes all pictures back when one turns out to show no face', async () => {
    const { ports } = stores;
    const { into, from } = await listTwice(6);
    let enrolled = 0;
    const faces = new Proxy(ports.faces, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (name !== 'enroll') return typeof value === 'function' ? value.bind(target) : value;
        return async (...parts: Parameters<typeof target.enroll>) => {
          enrolled += 1;
          if (enrolled === 6) throw new NoFaceError('It shows no face.');
          return target.enroll(...parts);
        };
      },
    });
    const merging = mergeEntries({ ...ports, faces }, into, { entry_id: from });
    await expect(merging).rejects.toThrow(RequestInvalidError);
    expect(enrolled).toBe(6);
    expect(await contents(ports)).toEqual(complete({ Jane: 1, 'Jane R.': 6 }));
  });

  it('without time for all pictures keeps those that it has, and goes on when it is sent again', async () => {
    const { ports } = stores;
    const { into, from } = await listTwice(6);
    let added = 0;
    const after = async (call: string) => void (call === 'records.activateImage' && added++);
    const counted = watched(ports, { before: async () => {}, after });
    const deadline = new Deadline(() => (added >= 2 ? 1 : 60_000));
    const merging = mergeEntries(counted, into, { entry_id: from }, { deadline });
    await expect(merging).rejects.toThrow(BackendUnavailableError);
    const { imageCount = 0 } = (await ports.records.getEntry(into)) ?? {};
    expect(imageCount).toBeGreaterThan(1);
    expect(await ports.records.getEntry(from)).toMatchObject({ status: 'ACTIVE', imageCount: 6 });
    const { pictures } = await mergeEntries(ports, into, { entry_id: from });
    expect(pictures).toEqual({ added: 7 - imageCount, already_there: imageCount - 1, refused: [] });
    expect(await contents(ports)).toEqual(complete({ Jane: 7 }));
  });
});
