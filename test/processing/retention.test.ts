import { randomUUID } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Deadline } from '../../lib/deadline.ts';
import { openFileSystemImages } from '../../lib/images/filesystem.ts';
import { processedKeys } from '../../lib/images/key.ts';
import { openFolderLeftovers } from '../../lib/inbox/folder-leftovers.ts';
import { deleteManyProcessed } from '../../lib/processing/delete-many-processed.ts';
import {
  announceRetention,
  isClockSteady,
  retain,
  retentionWarning,
} from '../../lib/processing/retention.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { imageFolders } from '../blacklist/stores.ts';
import { resultShowing } from '../suites/records/fixtures.ts';

const day = 24 * 3_600_000;
const start = Date.parse('2026-05-04T09:30:00.000Z');
const at = (days: number) => new Date(start + days * day);
const settings = { keepDays: { unmatched: 30, matched: 365, rejected: 30 }, retentionConfirmed: false };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let records: RecordStore;
let ports: ReturnType<typeof portsOf>;

const portsOf = () => ({
  records,
  images: openFileSystemImages(imageFolders(folder.path)),
  leftovers: openFolderLeftovers(folder.path),
});

beforeEach(async () => {
  folder = await temporaryFolder();
  records = openSqliteRecords(await openDatabase(join(folder.path, 'records.sqlite')));
  ports = portsOf();
});
afterEach(async () => {
  vi.useRealTimers();
  await records.close();
  await folder.remove();
});

/** Keeps a picture on that day, with its copies, of these entries or of nobody. */
async function keep(days: number, ...entryIds: number[]): Promise<number> {
  vi.useFakeTimers({ toFake: ['Date'], now: at(days) });
  const pictureId = randomUUID();
  const keys = processedKeys(pictureId, at(days), 'jpeg');
  for (const key of Object.values(keys)) await ports.images.put(key, Buffer.from('picture'), 'image/jpeg');
  const { id } = await records.addProcessed(pictureId, {
    ...resultShowing(...entryIds),
    original_image_path: ports.images.location(keys.original),
    saved_image_path: ports.images.location(keys.annotated),
    cropped_face_path: ports.images.location(keys.crop),
  });
  vi.useRealTimers();
  return id;
}

const ids = async () =>
  (await records.listProcessed({ limit: 100, offset: 0 })).items.map(({ db_id }) => db_id);
const files = async () => {
  const kept = ['processed/', 'cropped/'] as const;
  return (await Promise.all(kept.map((prefix) => Array.fromAsync(ports.images.list(prefix))))).flat().length;
};
/** A round every day, as long as it takes to show what the last one does. */
async function daily(from: number, to: number, given = settings) {
  let report = await retain(ports, given, { now: at(from) });
  for (let days = from + 1; days <= to; days += 1) report = await retain(ports, given, { now: at(days) });
  return report;
}

describe('deletion by age', () => {
  test('in a new store begins at once, each kind at its own age, pictures and all', async () => {
    const short = { ...settings, keepDays: { ...settings.keepDays, matched: 45 } };
    await announceRetention(ports, short, at(0));
    const [old, oldMatch, young] = [await keep(0), await keep(0, 7), await keep(20)];
    expect(await daily(0, 30, short)).toMatchObject({ unmatched: 0, matched: 0 });
    expect(await retain(ports, short, { now: at(31) })).toMatchObject({ unmatched: 1, matched: 0 });
    expect(await ids()).toEqual([young, oldMatch]);
    expect(await files()).toBe(6);
    expect(await records.getProcessed(old)).toBeUndefined();
    await daily(32, 51, short);
    expect(await ids()).toEqual([]);
    expect(await files()).toBe(0);
  });

  test('that a new version brings is announced, deletes nothing for seven days, and is told until then', async () => {
    await keep(0);
    await keep(1, 7);
    await keep(95);
    const note = await announceRetention(ports, settings, at(100));
    const due = { unmatched: 1, matched: 0, rejected: 0, oldest: at(0).toISOString() };
    expect(note).toMatchObject({ isConfirmed: false, due });
    expect(retentionWarning(note)).toMatch(
      /from 2026-08-19T09:30:00.000Z on: 1 processed pictures without a match.*RETENTION_CONFIRMED=true/,
    );
    expect(await daily(100, 106)).toMatchObject({ unmatched: 0, begins: at(107).toISOString() });
    expect(await ids()).toHaveLength(3);
    expect(await daily(107, 108)).toMatchObject({ begins: null });
    expect(await ids()).toHaveLength(2);
    expect(retentionWarning(await records.retention())).toBeUndefined();
  });

  test('begins when it is told to', async () => {
    await keep(0);
    await announceRetention(ports, settings, at(100));
    const told = { ...settings, retentionConfirmed: true };
    expect(await retain(ports, told, { now: at(100) })).toMatchObject({ unmatched: 1 });
    expect(await ids()).toEqual([]);
  });

  test('by a shorter limit than before is announced anew, and by a longer one is not', async () => {
    await daily(0, 1);
    await keep(1);
    await daily(1, 20);
    const shorter = { ...settings, keepDays: { ...settings.keepDays, unmatched: 3 } };
    expect(await daily(20, 21, shorter)).toMatchObject({ unmatched: 0, begins: at(27).toISOString() });
    // A mistake that was mended in time has cost nothing.
    const longer = { ...settings, keepDays: { ...settings.keepDays, unmatched: 300 } };
    expect(await daily(22, 28, longer)).toMatchObject({ unmatched: 0, begins: null });
    expect(await ids()).toHaveLength(1);
  });

  test('waits for a round when the clock has jumped by some days, or the service was off', async () => {
    await daily(0, 1);
    await keep(1);
    await daily(1, 28);
    expect(await retain(ports, settings, { now: at(33) })).toMatchObject({ unmatched: 0, begins: null });
    // Rounds come at each start, and by hand.
    for (const days of [33.001, 33.01, 33.02]) {
      expect(await isClockSteady(ports, at(days))).toBe(false);
      expect(await retain(ports, settings, { now: at(days) })).toMatchObject({ unmatched: 0, begins: null });
    }
    expect(await retain(ports, settings, { now: at(33.05) })).toMatchObject({ unmatched: 1 });
  });

  test('waits for seven days after a long jump, and for nothing once the clock is right again', async () => {
    await daily(0, 1);
    await keep(1);
    // The clock stays wrong for many rounds, also over restarts.
    const wrong = { unmatched: 0, begins: at(4007).toISOString() };
    for (let days = 4000; days < 4007; days += 1) {
      expect(await retain(ports, settings, { now: at(days) })).toMatchObject(wrong);
      expect(await isClockSteady(ports, at(days + 0.05))).toBe(false);
    }
    expect(retentionWarning(await records.retention())).toMatch(
      /^The clock went from 2026-05-05T09:30:00.000Z to 2037-04-16T09:30:00.000Z .* 1 processed pictures/,
    );
    expect(await daily(2, 10)).toMatchObject({ unmatched: 0, begins: null });
    expect(retentionWarning(await records.retention())).toBeUndefined();
    expect(await isClockSteady(ports, at(10.05))).toBe(true);
    expect(await ids()).toHaveLength(1);
    expect(await daily(11, 32)).toMatchObject({ unmatched: 1 });
  });

  test('goes on seven days after the service was off for long, or when it is told to', async () => {
    await daily(0, 1);
    await keep(1);
    expect(await daily(100, 106)).toMatchObject({ unmatched: 0, begins: at(107).toISOString() });
    expect(await retain(ports, settings, { now: at(107) })).toMatchObject({ unmatched: 1, begins: null });
    expect(await isClockSteady(ports, at(107.05))).toBe(true);
    await keep(107);
    const told = { ...settings, retentionConfirmed: true };
    expect(await retain(ports, settings, { now: at(200) })).toMatchObject({ unmatched: 0 });
    expect(await retain(ports, told, { now: at(200.05) })).toMatchObject({ unmatched: 1 });
  });

  test('tells all that goes by age if the clock has gone on as usual, also while a deletion is announced', async () => {
    const steady = (days: number) => isClockSteady(ports, at(days));
    expect(await isClockSteady({ records: { retention: async () => undefined } }, at(0))).toBe(true);
    await keep(100);
    await announceRetention(ports, settings, at(0));
    for (let days = 1; days < 12; days++) {
      expect([days, await steady(days)]).toEqual([days, true]);
      await retain(ports, settings, { now: at(days) });
    }
    expect([await steady(3661), await steady(-1)]).toEqual([false, false]);
    await retain(ports, settings, { now: at(3661) });
    expect(await steady(3661.05)).toBe(false);
    // Put right again, it waits a round too.
    expect(await steady(12)).toBe(false);
    await retain(ports, settings, { now: at(12) });
    expect(await steady(12.1)).toBe(true);
  });

  test('takes rejected files by the time when they were rejected, not by their own', async () => {
    const person = join(folder.path, 'rejected', 'Jane Roe');
    await mkdir(person, { recursive: true });
    await writeFile(join(person, 'picture.jpg'), 'picture');
    await writeFile(join(person, 'picture.jpg.reason.txt'), 'No face.');
    await utimes(join(person, 'picture.jpg'), at(-2000), at(-2000));
    const now = Date.now();
    const soon = new Date(now + 29 * day);
    await announceRetention(ports, settings, soon);
    expect(await retain(ports, settings, { now: soon })).toMatchObject({ rejected: 0 });
    const later = new Date(now + 30.5 * day);
    expect(await retain(ports, settings, { now: later })).toMatchObject({ rejected: 2 });
    expect(await Array.fromAsync(ports.leftovers.list('rejected'))).toEqual([]);
  });
});

describe('deletion by filter', () => {
  test('wants a filter, tells how many there are, and deletes those', async () => {
    const [first, second, third] = [await keep(0), await keep(1, 7), await keep(2)];
    for (const query of [{}, { dry_run: true }]) {
      await expect(deleteManyProcessed(ports, query)).rejects.toMatchObject({ code: 'request_invalid' });
    }
    const filter = { until: at(1.5).toISOString(), has_match: false };
    const told = { matched: 1, deleted: 0, remaining: 1 };
    expect(await deleteManyProcessed(ports, { ...filter, dry_run: true })).toEqual({
      dry_run: true,
      ...told,
      ids: [first],
    });
    expect(await ids()).toEqual([third, second, first]);
    const done = { dry_run: false, matched: 1, deleted: 1, remaining: 0 };
    expect(await deleteManyProcessed(ports, filter)).toEqual(done);
    expect(await deleteManyProcessed(ports, { entry_id: 7 })).toEqual(done);
    expect(await ids()).toEqual([third]);
    expect(await files()).toBe(3);
  });

  test('stops when its time is up, and tells what is left', async () => {
    for (let index = 0; index < 60; index += 1) await records.addProcessed(`${index}`, resultShowing());
    const deadline = new Deadline(() => 60_000);
    let asked = 0;
    vi.spyOn(deadline, 'leaves').mockImplementation(() => asked++ < 1);
    const answer = await deleteManyProcessed(ports, { has_match: false }, deadline);
    expect(answer).toEqual({ dry_run: false, matched: 60, deleted: 20, remaining: 40 });
    expect(await ids()).toHaveLength(40);
    asked = 0;
    const all = (await ids()).map(Number);
    const named = { has_match: false, ids: all.slice(0, 30).join() };
    const few = await deleteManyProcessed(ports, named, deadline);
    expect(few).toEqual({ dry_run: false, matched: 30, deleted: 20, remaining: 10 });
    // The oldest go first.
    expect(await ids()).toEqual([...all.slice(0, 10), ...all.slice(30)]);
  });
});
