import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditLine, AuditTrail } from '../../lib/audit/port.ts';
import { aboutEntry, asService, inAuditScope, noteThreshold } from '../../lib/audit/scope.ts';
import { verifyAudit } from '../../lib/audit/verify.ts';
import { LastImageError, NameTakenError, RequestInvalidError } from '../../lib/errors.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { activeEntry, addImage, enrolledFace, processedResult, resultShowing } from './records/fixtures.ts';

/** A trail with nothing in it, and the records that write to it. */
export interface OpenedAudit {
  readonly store: RecordStore;
  readonly trail: AuditTrail;
  /** Another store on the same data, as a second process would have. */
  another(): Promise<RecordStore>;
  /** Changes what is kept behind the service's back: a line is replaced, or removed by `null`. */
  tamper(line: AuditLine, replacement: AuditLine | null): Promise<void>;
  /** From now on, no line can be written. */
  breakLines(): Promise<void>;
  remove(): Promise<void>;
}

export async function linesOf(trail: AuditTrail): Promise<AuditLine[]> {
  const lines: AuditLine[] = [];
  for (const chain of await trail.chains()) lines.push(...(await Array.fromAsync(trail.read(chain))));
  return lines;
}

const line = (actor: string, more: object = {}) => ({
  actor,
  role: 'desk',
  action: 'getEntry',
  entryId: null,
  imageId: null,
  pictureId: null,
  requestId: 'r1',
  outcome: 200,
  threshold: null,
  detail: null,
  ...more,
});

/** Does some work as a request of somebody's. */
export function as<T>(actor: string, action: string, work: () => T): T {
  const scope = {
    actor,
    role: 'editor',
    action,
    requestId: `of ${actor}`,
    outcome: 200,
    threshold: null,
    detail: null,
    written: 0,
  };
  return inAuditScope(scope, work);
}

/** The promises of `lib/audit/port.ts`, for every adapter alike. */
export function auditSuite(name: string, open: () => Promise<OpenedAudit>): void {
  describe(`the audit trail in ${name}`, () => {
    let opened: OpenedAudit;
    let store: RecordStore;
    let trail: AuditTrail;

    beforeEach(async () => {
      opened = await open();
      ({ store, trail } = opened);
    });
    afterEach(() => opened.remove());

    async function told(): Promise<string[]> {
      const lines = (await linesOf(trail)).sort((one, other) => (one.time < other.time ? -1 : 1));
      return lines.map(({ actor, action, entryId, imageId, pictureId }) =>
        [
          actor,
          action,
          entryId && `entry ${entryId}`,
          imageId && 'image',
          pictureId && `picture ${pictureId}`,
        ]
          .filter(Boolean)
          .join(' '),
      );
    }

    async function faults(): Promise<readonly string[]> {
      return (await verifyAudit(trail)).faults;
    }

    test('has a line of each change, on behalf of whoever made it', async () => {
      const { entry } = await as('ada', 'createEntry', () => activeEntry(store, 'Ada'));
      await as('bob', 'updateEntry', () => store.updateEntry(entry.id, { name: 'Eve', reason: null }));
      const image = await as('bob', 'addImages', async () => {
        const added = await addImage(store, entry.id);
        await store.activateImage(added.id, enrolledFace);
        return added;
      });
      await as('eve', 'deleteImage', () => store.withdrawImage(image.id));
      await as('door', 'processImages', async () => {
        noteThreshold(0.385);
        await store.addProcessed('picture-1', processedResult());
      });
      await as('root', 'deleteEntry', async () => {
        await store.markEntryDeleting(entry.id);
        await store.removeEntry(entry.id);
      });
      expect(await told()).toEqual([
        'ada createEntry entry 1',
        'bob updateEntry entry 1',
        'bob addImages entry 1 image',
        'eve deleteImage entry 1 image',
        'door processImages picture 1',
        'root deleteEntry entry 1',
      ]);
      const lines = await linesOf(trail);
      expect(lines.find(({ pictureId }) => pictureId)).toMatchObject({
        role: 'editor',
        requestId: 'of door',
        outcome: 200,
        threshold: 0.385,
      });
      // Nobody's name.
      expect(JSON.stringify(lines)).not.toMatch(/Eve|Ada/);
      expect(await faults()).toEqual([]);
    });

    test('has no line of what did not happen, nor a second one of what happened before', async () => {
      const { entry, imageId } = await as('ada', 'createEntry', () => activeEntry(store, 'Ada'));
      await as('ada', 'createEntry', () => activeEntry(store, 'Bob'));
      await as('door', 'processImages', () => store.addProcessed('picture-1', processedResult()));
      const before = await told();
      await as('eve', 'x', async () => {
        expect(await store.activateEntry(entry.id)).toBeUndefined();
        expect(await store.updateEntry(99, { name: 'X', reason: null })).toBeUndefined();
        const taken = store.updateEntry(entry.id, { name: 'Bob', reason: null });
        await expect(taken).rejects.toThrow(NameTakenError);
        await expect(store.withdrawImage(imageId)).rejects.toThrow(LastImageError);
        await store.addProcessed('picture-1', processedResult());
        // Preparations, and taking them back, are nobody's business.
        const pending = await store.createEntry({ name: 'Carl', reason: null });
        await store.markEntryDeleting(pending.id);
        await store.removeEntry(pending.id);
      });
      expect(await told()).toEqual(before);
    });

    test('has the line of a removal of pictures in the transaction of the removal', async () => {
      const ids: number[] = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        ids.push((await store.addProcessed(name, processedResult())).id);
      }
      const [first = 0, ...others] = ids;
      await as('root', 'deleteProcessed', () => store.removeProcessed([first, 9_999]));
      await as('root', 'deleteManyProcessed', () => store.removeProcessed(others));
      await as('root', 'deleteManyProcessed', () => store.removeProcessed(ids));
      const lines = (await linesOf(trail)).filter(({ actor }) => actor === 'root');
      expect(lines.map(({ action, pictureId, detail }) => [action, pictureId, detail])).toEqual([
        ['deleteProcessed', first, null],
        ['deleteManyProcessed', null, `deleted: ${others[0]}-${others.at(-1)}`],
      ]);
    });

    test('tells what was changed and how a match was judged, also before somebody changed their mind', async () => {
      const { entry } = await activeEntry(store, 'Ada');
      const { id } = await store.addProcessed('picture', resultShowing(entry.id));
      await as('desk 1', 'updateEntry', async () => {
        await store.updateEntry(entry.id, { reason: 'Stole from Bob.', notes: 'Ada!', suspended: true });
        await store.updateEntry(entry.id, { expiresAt: '2030-01-01T00:00:00.000Z' });
        await store.updateEntry(entry.id, { suspended: true });
      });
      await as('desk 1', 'reviewProcessed', async () => {
        const review = { faceIndex: 0, entryId: entry.id, note: 'Ada?', actor: 'desk 1' };
        for (const verdict of ['confirmed', 'confirmed', 'rejected'] as const)
          await store.reviewProcessed(id, { ...review, verdict }, 1);
      });
      const lines = (await linesOf(trail)).filter(({ actor }) => actor === 'desk 1');
      expect(lines.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
        'updateEntry changed: reason, notes, suspended=true',
        'updateEntry changed: expires_at=2030-01-01T00:00:00.000Z',
        'reviewProcessed face 0: confirmed',
        'reviewProcessed face 0: rejected',
      ]);
      expect(JSON.stringify(lines)).not.toMatch(/Ada|Bob/);
    });

    test('keeps every change from happening whose line can not be written', async () => {
      const { entry } = await activeEntry(store, 'Ada');
      const image = await addImage(store, entry.id);
      const other = await addImage(store, entry.id);
      await store.activateImage(other.id, enrolledFace);
      const pending = await store.createEntry({ name: 'Bob', reason: null });
      const { id } = await store.addProcessed('picture', resultShowing(entry.id));
      const state = async () => [
        await store.listEntries('ACTIVE'),
        await store.listImages(entry.id),
        await store.listProcessed({ limit: 10, offset: 0 }),
        await store.getEntry(pending.id),
      ];
      const before = await state();
      await opened.breakLines();
      const review = {
        faceIndex: 0,
        entryId: entry.id,
        verdict: 'rejected',
        note: null,
        actor: 'eve',
      } as const;
      const changes: readonly (() => Promise<unknown>)[] = [
        () => store.activateEntry(pending.id),
        () => store.updateEntry(entry.id, { name: 'Eve', reason: null }),
        () => store.markEntryDeleting(entry.id, { history: 'redact' }),
        () => store.activateImage(image.id, enrolledFace),
        () => store.withdrawImage(other.id),
        () => store.addProcessed('another', processedResult()),
        () => store.reviewProcessed(id, review, 1),
        () => store.removeProcessed([id]),
      ];
      for (const change of changes) {
        await expect(as('root', 'x', change), String(change)).rejects.toThrow();
      }
      expect(await state()).toEqual(before);
      expect(await store.getErasure(entry.id)).toBeUndefined();
    });

    test('tells what a part of the service finishes, and shows a change that nobody is told to have made', async () => {
      const { id } = await store.createEntry({ name: 'Ada', reason: null });
      await asService('sweep', async () => {
        await store.markEntryDeleting(id);
        await store.removeEntry(id);
      });
      await activeEntry(store, 'Eve');
      const pictures = [];
      for (const name of ['a', 'b', 'c']) {
        pictures.push(
          (await as('door', 'processImages', () => store.addProcessed(name, processedResult()))).id,
        );
      }
      const [first = 0, ...others] = pictures;
      // Pictures that go with an entry tell of it, in each step.
      await asService('sweep', () => aboutEntry(1, () => store.removeProcessed([first])));
      await asService('sweep', () => aboutEntry(1, () => store.removeProcessed(others)));
      expect((await told()).filter((text) => !text.startsWith('door'))).toEqual([
        'sweep sweep entry 1',
        'unknown unknown entry 2',
        `sweep sweep entry 1 picture ${first}`,
        'sweep sweep entry 1',
      ]);
    });

    test('keeps each actor apart where many write at once, in two processes', async () => {
      const stores = [store, await opened.another()];
      const actors = Array.from({ length: 24 }, (_, index) => `actor-${index}`);
      await Promise.all(
        actors.map((actor, index) =>
          as(actor, 'processImages', async () => {
            const own = stores[index % 2] as RecordStore;
            const { id } = await own.addProcessed(`picture of ${actor}`, processedResult());
            expect(await own.getProcessed(id, actor)).toMatchObject({ db_id: id });
            expect(await own.getProcessed(id, 'somebody else')).toBeUndefined();
          }),
        ),
      );
      const lines = await linesOf(trail);
      expect(lines.map(({ actor }) => actor).sort()).toEqual([...actors].sort());
      for (const { actor, pictureId } of lines) {
        expect(await store.getProcessed(pictureId ?? 0, actor)).toBeDefined();
      }
      expect(await faults()).toEqual([]);
    });

    test('is listed newest first, in pages, by what is asked for', async () => {
      for (let number = 1; number <= 30; number++) {
        await trail.append([
          line(`actor-${number % 3}`, {
            entryId: number % 5 || null,
            action: number % 2 ? 'getEntry' : 'getImage',
            pictureId: number % 10 === 0 ? number : null,
          }),
        ]);
      }
      const all = (await trail.list({ limit: 100 })).items;
      expect(all).toHaveLength(30);
      expect(all.map(({ time }) => time)).toEqual(
        all
          .map(({ time }) => time)
          .sort()
          .reverse(),
      );

      const paged: AuditLine[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
        const page = await trail.list({ limit: 7, ...(cursor !== undefined && { cursor }) });
        paged.push(...page.items);
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(paged).toEqual(all);

      const filtered = async (filter: object) => (await trail.list({ limit: 100, ...filter })).items;
      expect(await filtered({ actor: 'actor-1' })).toEqual(all.filter(({ actor }) => actor === 'actor-1'));
      expect(await filtered({ action: 'getImage', entryIds: [2] })).toEqual(
        all.filter(({ action, entryId }) => action === 'getImage' && entryId === 2),
      );
      expect(await filtered({ entryIds: [4711, 3, 4] })).toEqual(
        all.filter(({ entryId }) => entryId === 3 || entryId === 4),
      );
      expect((await filtered({ pictureId: 20 })).map(({ pictureId }) => pictureId)).toEqual([20]);
      const time = new Date(all[10]?.time ?? '');
      expect(await filtered({ since: time })).toEqual(all.filter((one) => new Date(one.time) >= time));
      expect(await filtered({ until: time })).toEqual(all.filter((one) => new Date(one.time) < time));
      const { next } = await trail.list({ limit: 1 });
      const place = JSON.parse(Buffer.from(next ?? '', 'base64url').toString());
      const withNumber = (number: unknown) =>
        JSON.stringify(Object.fromEntries(Object.keys(place).map((name) => [name, number])));
      const texts = [
        ...['[]', '{}', 'null', '7', '"x"', '[1]', '', '{"x":1}', JSON.stringify({ ...place, x: 1 })],
        ...['1', -1, 1.5, null, [], {}, true, 2 ** 53, 1e300].map(withNumber),
      ];
      const cursors = texts.map((text) => Buffer.from(text).toString('base64'));
      // The last ones are places of other endpoints, and what only resembles a cursor.
      for (const cursor of [...cursors, 'x', `${Date.now()}_main_3`, `${next}!`, `${next}e30`]) {
        await expect(trail.list({ limit: 10, cursor }), cursor).rejects.toThrow(RequestInvalidError);
      }
      // A place behind the end is that of the newest line.
      const last = Buffer.from(withNumber(Number.MAX_SAFE_INTEGER)).toString('base64url');
      expect((await trail.list({ limit: 100, cursor: last })).items).toEqual(all);
    });

    test('shows any one line that was edited, removed or exchanged', async () => {
      await trail.append(
        Array.from({ length: 4 }, (_, index) => line(`actor-${index}`, { threshold: index / 7 })),
      );
      await activeEntry(store, 'Ada');
      const lines = await linesOf(trail);
      expect(lines).toHaveLength(5);
      expect(await faults()).toEqual([]);
      for (const original of lines) {
        const edits = [
          { actor: 'other' },
          { entryId: 77 },
          { outcome: 403 },
          { time: new Date(0).toISOString() },
        ];
        for (const edit of [...edits, null]) {
          await opened.tamper(original, edit && { ...original, ...edit });
          expect(await faults()).toHaveLength(1);
          await opened.tamper(original, original);
        }
        const other = lines.find(
          (each) => each.chain === original.chain && each.sequence !== original.sequence,
        );
        if (!other) continue;
        const place = ({ sequence, chain, hash }: AuditLine) => ({ sequence, chain, hash });
        await opened.tamper(original, { ...other, ...place(original) });
        await opened.tamper(other, { ...original, ...place(other) });
        expect(await faults()).toHaveLength(1);
        await opened.tamper(original, original);
        await opened.tamper(other, other);
      }
      expect(await faults()).toEqual([]);
    });

    test('stays whole when old lines go, and shows those that were cut off', async () => {
      await trail.append(Array.from({ length: 200 }, () => line('early')));
      const [chain] = await trail.chains();
      const noted = chain && { chain: chain.name, ...chain.head };
      const soon = new Date(Date.now() + 60_000);
      expect(await trail.removeBefore(new Date(0))).toBe(0);
      expect(await trail.removeBefore(soon)).toBeGreaterThanOrEqual(200);
      await trail.append([line('late')]);
      const lines = await linesOf(trail);
      expect(lines.map(({ actor }) => actor)).toContain('late');
      expect(lines.map(({ actor }) => actor)).not.toContain('early');
      expect(lines.some(({ action }) => action === 'trimAudit')).toBe(true);
      expect(await faults()).toEqual([]);
      // A place of before may be gone for its age; one that never was may not.
      const { faults: ofNoted } = await verifyAudit(trail, noted ? [noted] : []);
      expect(ofNoted).toEqual([]);
      const never = { chain: chain?.name ?? '', sequence: 9_999, hash: '0'.repeat(64) };
      expect((await verifyAudit(trail, [never])).faults).toHaveLength(1);
      const [first] = lines;
      if (first) await opened.tamper(first, null);
      expect(await faults()).toHaveLength(1);
    });
  });
}
