import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Inbox } from '../../lib/inbox/port.ts';

/** An empty inbox, and ways to look behind it. */
export interface OpenedInbox {
  readonly inbox: Inbox;
  /** Opens the same inbox as another process would later. */
  another(): Inbox;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Reads a file in the inbox or among the rejected ones. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Lists the files in the inbox and the rejected ones, without their reasons, in alphabetical order. */
  keys(): Promise<string[]>;
  /** Reads the reason why a file was rejected, by the key that it has now. */
  reasonOf(rejectedKey: string): Promise<string | undefined>;
  /** Returns what `/status` tells of the files. */
  warnings(): Promise<string[]>;
  /** Removes the file with this key. */
  discard(key: string): Promise<void>;
  /** Removes everything. */
  remove(): Promise<void>;
}

export interface InboxTraits {
  /**
   * Reason why an emulator does not notice that a file was replaced by another; `undefined` if that is
   * tested.
   */
  readonly takesReplacedForSame: string | undefined;
}

const bytes = Buffer.from('some bytes');
const maxBytes = 1000;

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString();
}

/** Tests the promises of `lib/inbox/port.ts`, which are the same for every adapter. */
export function inboxSuite(
  name: string,
  open: () => Promise<OpenedInbox>,
  { takesReplacedForSame }: InboxTraits = { takesReplacedForSame: undefined },
): void {
  describe(`the inbox in ${name}`, () => {
    let opened: OpenedInbox;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      vi.restoreAllMocks();
      await opened.remove();
    });

    const readFile = async (key: string) => {
      const file = await opened.inbox.read(key, maxBytes);
      if (!file) throw new Error('The file is not in the inbox.');
      return file;
    };

    const keys = [
      'inbox/7/a.jpg',
      'inbox/Jane Roe/a b.jpg',
      'inbox/Zoë Müller/größe.jpg',
      'inbox/a+b & c=d/100% #1?.jpg',
      'inbox/%41%2F/%2B+.jpg',
      'inbox/x/y/z/a.jpg',
      'inbox/lies directly in it.jpg',
    ];
    it.each(keys)('reads, removes and rejects %s', async (key) => {
      await opened.put(key, bytes);
      const file = await readFile(key);
      expect(file.key).toBe(key);
      expect(textOf(file.bytes)).toBe('some bytes');
      await opened.inbox.reject(file, 'It is not good.');
      const rejected = key.replace('inbox/', 'rejected/');
      expect(await opened.keys()).toEqual([rejected]);
      expect(textOf(await opened.get(rejected))).toBe('some bytes');
      expect(await opened.reasonOf(rejected)).toBe('It is not good.');

      await opened.put(key, bytes);
      await opened.inbox.remove(await readFile(key));
      expect(await opened.keys()).toEqual([rejected]);
    });

    it('knows nothing of what is absent', async () => {
      expect(await opened.inbox.read('inbox/7/a.jpg', maxBytes)).toBeUndefined();
    });

    it('does not read a file of too many bytes, which can be rejected all the same', async () => {
      await opened.put('inbox/7/a.jpg', Buffer.alloc(maxBytes));
      expect((await readFile('inbox/7/a.jpg')).bytes).toHaveLength(maxBytes);
      await opened.put('inbox/7/a.jpg', Buffer.alloc(maxBytes + 1));
      const file = await readFile('inbox/7/a.jpg');
      expect(file.bytes).toBeUndefined();
      await opened.inbox.reject(file, 'It is too large.');
      expect(await opened.get('rejected/7/a.jpg')).toHaveLength(maxBytes + 1);
    });

    it('does nothing when a file is removed or rejected that is gone', async () => {
      await opened.put('inbox/7/a.jpg', bytes);
      const file = await readFile('inbox/7/a.jpg');
      await opened.inbox.remove(file);
      await opened.inbox.remove(file);
      await opened.inbox.reject(file, 'It is not good.');
      expect(await opened.keys()).toEqual([]);
    });

    if (takesReplacedForSame === undefined)
      it('leaves a file alone that came in its place', async () => {
        await opened.put('inbox/7/a.jpg', bytes);
        const file = await readFile('inbox/7/a.jpg');
        await opened.put('inbox/7/a.jpg', Buffer.from('others'));
        await opened.inbox.remove(file);
        await opened.inbox.reject(file, 'It is not good.');
        expect(await opened.keys()).toEqual(['inbox/7/a.jpg']);
        expect(textOf((await readFile('inbox/7/a.jpg')).bytes)).toBe('others');
      });

    it('lets the status tell how many were rejected, until they are gone', async () => {
      expect(await opened.warnings()).toEqual([]);
      for (const key of ['inbox/7/a.jpg', 'inbox/Jane Roe/b.jpg']) {
        await opened.put(key, bytes);
        await opened.inbox.reject(await readFile(key), 'It is not good.');
      }
      const [told, ...more] = await opened.warnings();
      expect(told).toMatch(/^2 files of the inbox .*rejected\//);
      expect([told?.includes('Jane'), more]).toEqual([false, []]);
      for (const key of await opened.keys()) await opened.discard(key);
      expect(await opened.warnings()).toEqual([]);
    });

    it('replaces what was rejected before, and its reason', async () => {
      for (const [content, reason] of [
        ['one', 'First.'],
        ['two', 'Größe zählt.'],
      ] as const) {
        await opened.put('inbox/7/a.jpg', Buffer.from(content));
        await opened.inbox.reject(await readFile('inbox/7/a.jpg'), reason);
      }
      expect(textOf(await opened.get('rejected/7/a.jpg'))).toBe('two');
      expect(await opened.reasonOf('rejected/7/a.jpg')).toMatch(/^Gr.{1,2}e z.hlt\.$/);
    });

    const mark = async (key: string) => {
      await opened.put(key, bytes);
      return readFile(key);
    };
    /** Moves the clock, so that earlier runs of others do not count as under way any more. */
    const passTime = () => vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * 60_000);

    it('knows of processes that ended while they worked on a file', async () => {
      const file = await mark('inbox/7/a.jpg');
      expect(await opened.inbox.notes.begin(file.mark, 1)).toEqual({ deaths: 0, isIndexed: false });
      passTime();
      const second = opened.another();
      expect(await second.notes.begin(file.mark, 0)).toEqual({ deaths: 1, isIndexed: false });
      // Nothing was noted: it was only asked.
      expect(await opened.another().notes.begin(file.mark, 1)).toEqual({ deaths: 1, isIndexed: false });
      passTime();
      expect(await opened.another().notes.begin(file.mark, 1)).toEqual({ deaths: 2, isIndexed: false });
      expect(await opened.another().notes.begin(file.mark, 1)).toEqual({ deaths: 2, isIndexed: false });
    });

    it('does not take a failure for an end of the process', async () => {
      const file = await mark('inbox/7/a.jpg');
      for (let times = 0; times < 3; times++) {
        const inbox = opened.another();
        expect(await inbox.notes.begin(file.mark, 1)).toEqual({ deaths: 0, isIndexed: false });
        await inbox.notes.end(file.mark);
        passTime();
      }
    });

    it('knows that a file was indexed as long as it lies there, and of no other in its place', async () => {
      const file = await mark('inbox/7/a.jpg');
      await opened.inbox.notes.begin(file.mark, 1);
      await opened.inbox.notes.indexed(file.mark);
      await opened.inbox.notes.end(file.mark);
      const again = await opened.another().read('inbox/7/a.jpg', maxBytes);
      expect(again?.mark).toBe(file.mark);
      expect(await opened.another().notes.begin(file.mark, 1)).toEqual({ deaths: 0, isIndexed: true });
      const other = await mark('inbox/8/a.jpg');
      await opened.put('inbox/7/a.jpg', Buffer.from('others'));
      for (const file of [other, await readFile('inbox/7/a.jpg')]) {
        expect(await opened.inbox.notes.begin(file.mark, 1)).toEqual({ deaths: 0, isIndexed: false });
      }
    });

    it('knows nothing of a file that was removed or rejected', async () => {
      for (const leave of ['remove', 'reject'] as const) {
        const file = await mark('inbox/7/a.jpg');
        await opened.inbox.notes.begin(file.mark, 1);
        await opened.inbox.notes.indexed(file.mark);
        await opened.inbox[leave](file, 'It is not good.');
        expect(await opened.inbox.notes.begin(file.mark, 1)).toEqual({ deaths: 0, isIndexed: false });
      }
    });

    it('rejects what is called like a folder of rejected ones, and the other way round', async () => {
      for (const key of ['inbox/7', 'inbox/7/a.jpg', 'inbox/8/a.jpg', 'inbox/8']) {
        await opened.put(key, bytes);
        await opened.inbox.reject(await readFile(key), 'It is not good.');
        // In a file system nothing can lie below a file.
        await opened.put(key, bytes);
        await opened.inbox.remove(await readFile(key));
      }
      const rejected = await opened.keys();
      expect(rejected).toHaveLength(4);
      for (const key of rejected) expect(await opened.reasonOf(key)).toBe('It is not good.');
    });
  });
}
