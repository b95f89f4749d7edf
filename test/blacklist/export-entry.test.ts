import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { type AuditScope, inAuditScope } from '../../lib/audit/scope.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { type ExportOptions, type ExportPorts, exportEntry } from '../../lib/blacklist/export-entry.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { EntryNotFoundError } from '../../lib/errors.ts';
import { zipOf } from '../../lib/http/zip.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { oldestFirst } from '../../lib/records/oldest-first.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { groupOf } from '../fakes/pictures.ts';
import { defaultSettings } from '../fakes/settings.ts';
import { resultShowing } from '../suites/records/fixtures.ts';
import { useStores } from './stores.ts';

const stores = useStores();
const settings = defaultSettings;

function ports(): ExportPorts {
  return {
    ...stores.ports,
    audit: new SqliteAudit(stores.database),
    receivers: async () => null,
    hasEventBus: false,
    picture: (key) => stores.ports.images.get(key),
  };
}

async function exported(entryId: number, options: Partial<ExportOptions> = {}, used = ports()) {
  const { files, next } = await exportEntry(used, entryId, { apiPrefix: '', ...options });
  const zip = unzipSync(new Uint8Array(await new Response(zipOf(files)).arrayBuffer()));
  const read = (name: string) => JSON.parse(Buffer.from(zip[name] ?? []).toString());
  return { zip, names: Object.keys(zip), read, next: next() };
}

function fail(): never {
  throw new Error('Nothing was processed.');
}

async function list(bytes: Uint8Array, name: string): Promise<number> {
  return (await createEntry(stores.ports, { name, reason: null }, [{ fileName: '../../etc/x.jpg', bytes }]))
    .id;
}

async function process(...images: Uint8Array[]) {
  const strings = images.map((bytes) => Buffer.from(bytes).toString('base64'));
  return processImages(stores.ports, settings, ProcessImagesRequest.parse({ images: strings }));
}

test('the export has the history of entries that were merged into it', async () => {
  const { records } = stores.ports;
  const [id, merged] = [await list(stores.pictures.listed, 'Jane Roe'), (await listedOnly('Jane')).id];
  const { id: seen } = await records.addProcessed(randomUUID(), resultShowing(merged));
  const scope: AuditScope = { ...serviceFacts('ada', 'deleteEntry'), requestId: 'r', written: 0 };
  await inAuditScope(scope, () => records.markEntryDeleting(merged, { history: 'keep', mergedInto: id }));
  await records.removeEntry(merged);
  const { names, read } = await exported(id);
  const { lines } = read('audit.json');
  expect(lines).toContainEqual(expect.objectContaining({ action: 'deleteEntry', entry_id: merged }));
  expect(lines).toContainEqual(expect.objectContaining({ entry_id: id }));
  expect(names).toContain(`history/${seen}/record.json`);
  expect(read(`history/${seen}/record.json`).faces[0].blacklist_matches).toMatchObject([
    { entry: { id: merged } },
  ]);
});

async function listedOnly(name: string) {
  const entry = await stores.ports.records.createEntry({ name, reason: null });
  await stores.ports.records.activateEntry(entry.id);
  return entry;
}

test('the export has what is kept of the person, and of nobody else', async () => {
  const id = await list(stores.pictures.listed, 'Jane Roe');
  const other = await list(stores.pictures.other, 'Somebody Else');
  const both = await groupOf('listed', 'other');
  const [alone, together, without] = await process(stores.pictures.listed, both, stores.pictures.other);
  const { zip, names, read, next } = await exported(id);
  expect(next).toBeUndefined();
  expect(read('record.json')).toMatchObject({ id, name: 'Jane Roe' });
  const [image] = read('images.json');
  expect(Buffer.from(zip[`images/${image.id}.jpg`] ?? [])).toEqual(Buffer.from(stores.pictures.listed));
  expect(read('receivers.json')).toMatchObject({ webhooks: [], event_bus: null });
  expect(read('audit.json')).toMatchObject({ is_complete: true, lines: expect.any(Array) });
  for (const { db_id } of [alone, together] as { db_id: number }[]) {
    for (const copy of ['record.json', 'original.jpg', 'annotated.jpg', 'crop.jpg'])
      expect(names).toContain(`history/${db_id}/${copy}`);
  }
  expect(names.filter((name) => name.startsWith(`history/${without?.db_id}/`))).toEqual([]);
  const { faces } = read(`history/${together?.db_id}/record.json`);
  expect(faces).toHaveLength(1);
  expect(faces[0].blacklist_matches[0].entry.id).toBe(id);
  expect(JSON.stringify(faces)).not.toContain('Somebody Else');
  expect(
    JSON.stringify((await exported(other)).read(`history/${together?.db_id}/record.json`)),
  ).not.toContain('Jane Roe');
});

test('the names of staff are replaced, by one number for each, wherever they are', async () => {
  const files = [{ fileName: 'a.jpg', bytes: stores.pictures.listed }];
  const person = { name: 'Jane Roe', reason: null };
  const { id } = await createEntry(stores.ports, person, files, undefined, 'Guard Smith');
  const [match] = await process(stores.pictures.listed);
  for (const actor of ['Desk Miller', 'Guard Smith']) {
    const review = { faceIndex: 0, entryId: id, verdict: 'confirmed', note: null, actor } as const;
    await stores.ports.records.reviewProcessed(match?.db_id ?? fail(), review, 2);
  }
  const { zip, names, read } = await exported(id);
  expect(read('record.json')).toMatchObject({ added_by: 'staff 1' });
  const { faces } = read(`history/${match?.db_id}/record.json`);
  const actors = faces[0].blacklist_matches[0].review.reviews.map(({ actor }: { actor: string }) => actor);
  expect(actors.toSorted()).toEqual(['staff 1', 'staff 2']);
  for (const name of names.filter((name) => name.endsWith('.json'))) {
    expect(Buffer.from(zip[name] ?? []).toString()).not.toMatch(/Smith|Miller/);
  }
  expect(read('export.json').note).toMatch(/names .* are replaced/);
});

test('no name in the zip file comes from a client', async () => {
  const id = await list(stores.pictures.listed, '../../../tmp/Jane\u202e');
  await process(stores.pictures.listed);
  const { names } = await exported(id);
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect(name).toMatch(/^([a-z]+\/)?([\da-f-]+\/?)?[a-z0-9-]*\.(json|jpg|png)$/);
});

test('parts have each record once, also while records come and go', async () => {
  const id = await list(stores.pictures.listed, 'Jane Roe');
  const results = await process(...Array(7).fill(stores.pictures.listed));
  const wanted = results.map(({ db_id }) => db_id as number).toSorted((one, other) => one - other);
  const seen: number[] = [];
  let after: number | undefined;
  do {
    let records = 0;
    // Each part has room for two records.
    const part = await exported(id, { after, hasRoom: () => ++records <= 2 });
    const ids = part.names
      .flatMap((name) => /^history\/(\d+)\/record\.json$/.exec(name)?.[1] ?? [])
      .map(Number);
    expect(part.names.includes('record.json')).toBe(after === undefined);
    expect(part.read('export.json')).toMatchObject({
      entry_id: id,
      after: after ?? null,
      next: part.next ?? null,
    });
    seen.push(...ids);
    after = part.next;
    await process(stores.pictures.other);
    await stores.ports.records.removeProcessed(ids);
  } while (after !== undefined);
  expect(seen).toEqual(wanted);
}, 60_000);

test('with links in place of pictures, the zip says where each is', async () => {
  const id = await list(stores.pictures.listed, 'Jane Roe');
  await process(stores.pictures.listed);
  const links = { ...ports(), picture: async (key: string) => `https://example.com/${key}` };
  const { names, read } = await exported(id, {}, links);
  expect(names.filter((name) => /\.(jpg|png)$/.test(name))).toEqual([]);
  const places = Object.keys(read('pictures.json'));
  expect(places.filter((place) => place.startsWith('images/'))).toHaveLength(1);
  expect(places.filter((place) => place.startsWith('history/'))).toHaveLength(3);
});

test('pictures are read when the one before was taken, so that few are in memory', async () => {
  const id = await list(stores.pictures.listed, 'Jane Roe');
  await process(...Array(10).fill(stores.pictures.listed));
  let reads = 0;
  const picture = async () => {
    reads += 1;
    return new Uint8Array(1_000_000);
  };
  const { files } = await exportEntry({ ...ports(), picture }, id, { apiPrefix: '' });
  const reader = zipOf(files).getReader();
  for (let size = 0; size < 5_000_000; ) size += (await reader.read()).value?.length ?? 0;
  // Nothing is made beyond what was taken but the next picture or two.
  expect(reads).toBeLessThanOrEqual(8);
  await reader.cancel();
});

test('who is not listed can not be exported', async () => {
  await expect(exportEntry(ports(), 999, { apiPrefix: '' })).rejects.toThrow(EntryNotFoundError);
});

test('the history is read from its oldest picture on, page by page', async () => {
  const { records } = stores.ports;
  const [{ db_id: _id, processing_timestamp: _time, ...result } = fail()] = await process(
    stores.pictures.other,
  );
  const add = () => records.addProcessed(randomUUID(), result);
  for (let count = 0; count < 120; count += 1) await add();
  const { total } = await records.listProcessed({ limit: 1, offset: 0 });
  const ids: number[] = [];
  for await (const { db_id } of oldestFirst(records, {})) {
    if (ids.length === 70) await add();
    if (ids.length === 80) await records.removeProcessed(ids.slice(0, 75));
    ids.push(db_id as number);
  }
  expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(total);
  const later = await Array.fromAsync(oldestFirst(records, {}, ids[99]));
  expect(later.slice(0, 5).map(({ db_id }) => db_id)).toEqual(ids.slice(100, 105));
});
