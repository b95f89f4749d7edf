import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { claim, prepareOutboxStatements, type SqliteOutbox } from '../../../lib/records/sqlite/outbox.ts';
import { type OpenedOutbox, openOutbox } from '../../events/outbox.ts';

let opened: OpenedOutbox;
let outbox: SqliteOutbox;

beforeEach(async () => {
  opened = await openOutbox();
  outbox = opened.outbox;
});
afterEach(() => opened[Symbol.asyncDispose]());

const urls = ['https://hooks.example/a?token=hunter2', 'http://10.0.0.1:8080/b'];
const dueIds = (receiverId: number, limit = 100) =>
  outbox.due(receiverId, limit).map(({ processedId }) => processedId);
const idsOf = (receivers: readonly { id: number }[]) => receivers.map(({ id }) => id);

describe('the outbox', () => {
  test('has an event for each receiver once its picture is kept, and none without a match', async () => {
    const [first, second] = idsOf(await outbox.setReceivers(urls)) as [number, number];
    const [ada = 0] = await opened.list(1);
    const id = await opened.process('a', [ada]);
    await opened.process('b', []);
    expect([dueIds(first), dueIds(second)]).toEqual([[id], [id]]);
    expect(await outbox.event(id)).toMatchObject({
      data: { picture_id: 'a', db_id: id, entries: [{ id: ada }] },
    });
  });

  test('has an event of each review, which is forgotten once everybody has it', async () => {
    const [first = 0, second = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0] = await opened.list(1);
    const id = await opened.process('a', [ada]);
    for (const receiver of [first, second]) await outbox.delivered(receiver, id);
    const review = { faceIndex: 0, entryId: ada, verdict: 'rejected', note: 'secret', actor: 'eve' } as const;
    await opened.records.reviewProcessed(id, review, 1);
    await opened.records.reviewProcessed(id, review, 1);
    const [due = 0, ...more] = dueIds(first);
    expect(more).toEqual([]);
    const event = await outbox.event(due);
    expect(event).toEqual({
      type: 'match.reviewed',
      timestamp: expect.any(String),
      data: {
        review_id: expect.stringMatching(/^[\da-f-]{36}$/),
        db_id: id,
        face_index: 0,
        entry_id: ada,
        given: 'rejected',
        verdict: 'rejected',
      },
    });
    await outbox.delivered(first, due);
    expect(await outbox.event(due)).toEqual(event);
    await outbox.delivered(second, due);
    expect(await outbox.event(due)).toBeUndefined();
    expect(dueIds(second)).toEqual([]);
  });

  test('has it once, though the picture is kept again', async () => {
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0] = await opened.list(1);
    const id = await opened.process('a', [ada]);
    await outbox.delivered(receiver, id);
    expect(await opened.process('a', [ada])).toBe(id);
    expect(dueIds(receiver)).toEqual([]);
  });

  test('has nothing where the record could not be kept', async () => {
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0, bob = 0] = await opened.list(2);
    // The last step of the transaction fails.
    using other = new DatabaseSync(opened.path);
    other.exec(
      `CREATE TRIGGER full BEFORE INSERT ON delivery_entry WHEN new.entry_id = ${bob} BEGIN SELECT RAISE(ABORT, 'full'); END`,
    );
    await expect(opened.process('a', [ada, bob])).rejects.toThrow(BackendUnavailableError);
    expect(await opened.records.findProcessed(['a'])).toEqual(new Set());
    expect(dueIds(receiver)).toEqual([]);
    expect((await outbox.status())[0]).toMatchObject({ pending: 0 });
  });

  test('keeps no part of a URL but its origin', async () => {
    await outbox.setReceivers(urls);
    using database = await openDatabase(opened.path);
    const rows = JSON.stringify(database.prepare('SELECT * FROM receiver').all());
    expect(rows).toContain('https://hooks.example');
    expect(rows).not.toMatch(/hunter2|token|\/a/);
  });

  test('lets events wait for earlier ones of the same people alone', async () => {
    const [first = 0, second = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0, bob = 0, eve = 0] = await opened.list(3);
    const ids: number[] = [];
    for (const [index, people] of [[ada], [ada, bob], [bob], [eve], [bob, eve, ada]].entries())
      ids.push(await opened.process(`picture-${index}`, people));
    const [ofAda = 0, ofBoth = 0, ofBob = 0, ofEve = 0, ofAll = 0] = ids;
    expect(dueIds(first)).toEqual([ofAda, ofEve]);
    await outbox.delivered(first, ofAda);
    expect(dueIds(first)).toEqual([ofBoth, ofEve]);
    await outbox.delivered(first, ofBoth);
    await outbox.delivered(first, ofEve);
    expect(dueIds(first)).toEqual([ofBob]);
    await outbox.withdrawn(first, ofBob);
    expect(dueIds(first)).toEqual([ofAll]);
    expect(dueIds(second)).toEqual([ofAda, ofEve]);
  });

  test('never has two due that are of one person, nor one before an earlier one, whatever is done', async () => {
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    const people = await opened.list(4);
    const picture = fc.subarray(people, { minLength: 1 }).map((who) => ({ who, take: -1 }));
    const delivery = fc.nat(3).map((take) => ({ who: [] as number[], take }));
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(picture, delivery), { maxLength: 30 }), async (steps) => {
        round++;
        const waiting = new Map<number, readonly number[]>();
        for (const [index, { who, take }] of steps.entries()) {
          if (take < 0) waiting.set(await opened.process(`${round}-${index}`, who), who);
          const expected = [...waiting].filter(([id, own]) =>
            [...waiting].every(([other, theirs]) => other >= id || !theirs.some((one) => own.includes(one))),
          );
          const due = dueIds(receiver).sort((one, other) => one - other);
          expect(due).toEqual(expected.map(([id]) => id));
          const done = due[take];
          if (done === undefined) continue;
          await outbox.delivered(receiver, done);
          waiting.delete(done);
        }
        for (const id of waiting.keys()) await outbox.withdrawn(receiver, id);
      }),
      { numRuns: 40 },
    );
  });

  test('tries again what was refused when it is due, and what comes after it later still', async () => {
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0, bob = 0] = await opened.list(2);
    const first = await opened.process('a', [ada]);
    await opened.process('b', [ada]);
    const other = await opened.process('c', [bob]);
    await outbox.refused(receiver, first, 'It answered 500.', new Date(Date.now() + 60_000));
    expect(dueIds(receiver)).toEqual([other]);
    await outbox.refused(receiver, first, 'It answered 500.', new Date(0));
    expect(outbox.due(receiver, 1)).toEqual([{ processedId: first, refusals: 2 }]);
    expect((await outbox.status())[0]).toMatchObject({ pending: 3, last_error: 'It answered 500.' });
    await outbox.delivered(receiver, first);
    expect((await outbox.status())[0]).toMatchObject({ pending: 2, last_error: null });
  });

  test('tells nothing of who was deleted', async () => {
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0, bob = 0] = await opened.list(2);
    const both = await opened.process('a', [ada, bob]);
    const alone = await opened.process('b', [ada]);
    await opened.records.markEntryDeleting(ada);
    expect(await outbox.event(both)).toMatchObject({ data: { entries: [{ id: bob }] } });
    expect(await outbox.event(alone)).toBeUndefined();
    await opened.records.removeEntry(ada);
    expect(await outbox.event(alone)).toBeUndefined();
    expect(dueIds(receiver)).toEqual([both]);
  });

  test('tells everybody of an entry that is erased, and nothing of its pictures any more', async () => {
    const [first = 0, second = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0, bob = 0] = await opened.list(2);
    const alone = await opened.process('a', [ada]);
    const both = await opened.process('b', [ada, bob]);
    const ofBob = await opened.process('c', [bob]);
    expect(dueIds(first)).toEqual([alone]);
    await opened.records.markEntryDeleting(ada, { history: 'redact' });
    // Doing it again tells nobody twice.
    await opened.records.markEntryDeleting(ada, { history: 'redact' });
    const [notice = 0, ...others] = dueIds(first).sort((one, other) => one - other);
    expect([notice < 0, others]).toEqual([true, [both]]);
    expect(await outbox.event(notice)).toEqual({
      type: 'entry.deleted',
      timestamp: expect.any(String),
      data: { entry_id: ada, history: 'redact' },
    });
    expect((await opened.records.getErasure(ada))?.removed.pending_events).toBe(4);
    await outbox.delivered(first, both);
    expect(dueIds(first)).toContain(ofBob);
    await outbox.delivered(first, notice);
    expect(dueIds(second)).toContain(notice);
    expect(await outbox.event(notice)).toBeDefined();
    await outbox.delivered(second, notice);
    expect(await outbox.event(notice)).toBeUndefined();
  });

  test('tells nothing of who is suspended, or has expired meanwhile', async () => {
    await outbox.setReceivers(urls);
    const [ada = 0, bob = 0] = await opened.list(2);
    const both = await opened.process('a', [ada, bob]);
    await opened.records.updateEntry(ada, { suspended: true });
    expect(await outbox.event(both)).toMatchObject({ data: { entries: [bob].map((id) => ({ id })) } });
    await opened.records.updateEntry(ada, { suspended: false, expiresAt: '2020-01-31T12:00:00.000Z' });
    expect(await outbox.event(both)).toMatchObject({ data: { entries: [bob].map((id) => ({ id })) } });
    await opened.records.updateEntry(ada, { expiresAt: '2999-01-31T12:00:00.000Z' });
    expect(await outbox.event(both)).toMatchObject({ data: { entries: [ada, bob].map((id) => ({ id })) } });
  });

  test('gives up what is too old, and counts it', async () => {
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0] = await opened.list(1);
    const old = [await opened.process('a', [ada]), await opened.process('b', [ada])];
    using other = await openDatabase(opened.path);
    other.exec('UPDATE delivery SET created = created - 1000');
    const before = new Date(Date.now() - 500);
    const young = await opened.process('c', [ada]);
    expect(await outbox.giveUp(before)).toEqual([
      { receiver: 'https://hooks.example', processedIds: old },
      { receiver: 'http://10.0.0.1:8080', processedIds: old },
    ]);
    expect(await outbox.giveUp(before)).toEqual([]);
    expect(dueIds(receiver)).toEqual([young]);
    expect(await outbox.status()).toEqual(
      ['https://hooks.example', 'http://10.0.0.1:8080'].map((origin) => ({
        receiver: origin,
        pending: 1,
        oldest_pending: expect.stringMatching(/^\d{4}-.*Z$/),
        given_up: 2,
        last_error: null,
      })),
    );
  });

  test('keeps what a receiver that is named no more was to get, until it is too old', async () => {
    const [gone = 0, kept = 0] = idsOf(await outbox.setReceivers(urls));
    const [ada = 0] = await opened.list(1);
    const id = await opened.process('a', [ada]);
    await outbox.setReceivers(urls.slice(1));
    const later = await opened.process('b', [ada]);
    expect((await outbox.status()).map(({ receiver, pending }) => [receiver, pending])).toEqual([
      ['http://10.0.0.1:8080', 2],
    ]);
    await outbox.delivered(kept, id);
    expect(dueIds(kept)).toEqual([later]);

    expect(idsOf(await outbox.setReceivers(urls))).toEqual([gone, kept]);
    expect(dueIds(gone)).toEqual([id]);
    await outbox.setReceivers([]);
    await outbox.giveUp(new Date(Date.now() + 1000));
    using database = await openDatabase(opened.path);
    for (const table of ['receiver', 'delivery', 'delivery_entry'])
      expect(database.prepare(`SELECT * FROM ${table}`).all()).toEqual([]);
  });

  test('adds nothing while nobody is to hear of it', async () => {
    const [ada = 0] = await opened.list(1);
    await opened.process('a', [ada]);
    expect(await outbox.status()).toEqual([]);
    const [receiver = 0] = idsOf(await outbox.setReceivers(urls));
    expect(dueIds(receiver)).toEqual([]);
  });

  test('finds what is due, and what follows, without going through all that waits', async () => {
    using database = await openDatabase(opened.path);
    const steps = Object.values(prepareOutboxStatements(database)).flatMap((statement) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${statement.sourceSQL}`)
        .all()
        .map(({ detail }) => String(detail)),
    );
    expect(
      steps.filter((step) =>
        /^SCAN (own|earlier|later|delivery|delivery_entry|processed|entry)\b/.test(step),
      ),
    ).toEqual([]);
    expect(steps).toContain('SEARCH delivery USING INDEX delivery_due (receiver_id=? AND due<?)');
  });
});

describe('a claim', () => {
  test('is one process’s, until it gives it back', () => {
    const path = `${opened.path}-webhooks`;
    const first = claim(path);
    expect(first).toBeDefined();
    expect(claim(path)).toBeUndefined();
    first?.[Symbol.dispose]();
    using second = claim(path);
    expect(second).toBeDefined();
  });
});
