import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { smallerKeys } from '../../lib/images/key.ts';
import type { Delivery, ImageDelivery, ImageStore, StoredImage } from '../../lib/images/port.ts';

/** An empty image store for one test. */
export interface OpenedImages {
  readonly store: ImageStore;
  /** Opens another store on the same data, as a second process would. */
  another(): ImageStore;
  /** Gives the delivery of its pictures. */
  delivery(): ImageDelivery;
  /** Gives the location that clients see for a key. Each adapter names its pictures in its own way. */
  location(key: string): string;
  /** Closes everything that was opened, and removes the data. */
  remove(): Promise<void>;
  /** Number of times to try a race between writing and deleting; 100 by default. */
  readonly races?: number;
}

const jpeg = 'image/jpeg';
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads the text that a client receives in the end. */
async function received(delivery: Delivery | undefined): Promise<string> {
  if (delivery === undefined) throw new Error('There is no such picture.');
  if ('bytes' in delivery) return new TextDecoder().decode(delivery.bytes);
  return (await fetch(delivery.url)).text();
}

/** Lists everything in a store below a prefix. */
export async function listed(store: ImageStore, prefix: `${string}/`): Promise<StoredImage[]> {
  const images: StoredImage[] = [];
  for await (const image of store.list(prefix)) images.push(image);
  return images;
}

/** Tests the promises of `lib/images/port.ts`, which are the same for every adapter. */
export function imageStoreSuite(name: string, open: () => Promise<OpenedImages>): void {
  describe(`images in ${name}`, () => {
    let opened: OpenedImages;
    let store: ImageStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.remove());

    const read = async (key: string) => {
      const bytes = await store.get(key);
      return bytes && new TextDecoder().decode(bytes);
    };
    const list = (prefix: `${string}/`) => listed(store, prefix);
    const keys = async (prefix: `${string}/`) => (await list(prefix)).map((image) => image.key).sort();

    test('erasing removes a picture, or all below a prefix, and tells how many there were', async () => {
      for (const key of [
        'blacklist/7/a.jpg',
        'blacklist/7/b.jpg',
        'blacklist/77/a.jpg',
        'processed/2026-05-04/a.jpg',
      ]) {
        await store.put(key, bytesOf('first'), jpeg);
      }
      expect(await store.erase('processed/2026-05-04/a.jpg')).toBe(1);
      expect(await store.erase('processed/2026-05-04/a.jpg')).toBe(0);
      // A key that begins alike is another's.
      await store.put('blacklist/7/a.jpg.jpg', bytesOf('other'), jpeg);
      expect(await store.erase('blacklist/7/a.jpg')).toBe(1);
      expect(await store.erase('blacklist/7/')).toBe(2);
      expect(await store.erase('blacklist/8/')).toBe(0);
      expect((await listed(store, 'blacklist/')).map(({ key }) => key)).toEqual(['blacklist/77/a.jpg']);
    });

    test('a picture comes back byte for byte', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300_000, size: 'max' }), async (bytes) => {
          await store.put('blacklist/7/a.jpg', bytes, jpeg);
          expect(Buffer.compare((await store.get('blacklist/7/a.jpg')) ?? Buffer.from('none'), bytes)).toBe(
            0,
          );
        }),
        { numRuns: 20 },
      );
    });

    test('a client gets a picture as it is, and nothing where there is none', async () => {
      const bytes = bytesOf('a picture');
      await store.put('blacklist/7/a.png', bytes, 'image/png');
      const { deliver } = opened.delivery();
      expect(await received(await deliver('blacklist/7/a.png'))).toBe('a picture');
      expect(await deliver('blacklist/7/b.png')).toBeUndefined();
    });

    test('a picture put again replaces the one before', async () => {
      await store.put('blacklist/7/a.jpg', bytesOf('the longer first one'), jpeg);
      await store.put('blacklist/7/a.jpg', bytesOf('second'), jpeg);
      expect(await read('blacklist/7/a.jpg')).toBe('second');
      expect(await keys('blacklist/')).toEqual(['blacklist/7/a.jpg']);
    });

    test('what was never put is absent', async () => {
      await store.put('blacklist/7/a.jpg', bytesOf('a'), jpeg);
      expect(await store.get('blacklist/7/b.jpg')).toBeUndefined();
      expect(await store.get('blacklist/8/a.jpg')).toBeUndefined();
      expect(await store.get('processed/2025-01-31/a-original.jpg')).toBeUndefined();
    });

    test('a deleted picture is gone, the others stay, and deleting can be repeated', async () => {
      await store.put('blacklist/7/a.jpg', bytesOf('a'), jpeg);
      await store.put('blacklist/7/b.jpg', bytesOf('b'), jpeg);
      await store.delete('blacklist/7/a.jpg');
      await store.delete('blacklist/7/a.jpg');
      await store.delete('blacklist/99/never.jpg');
      expect(await store.get('blacklist/7/a.jpg')).toBeUndefined();
      expect(await read('blacklist/7/b.jpg')).toBe('b');
      expect(await keys('blacklist/')).toEqual(['blacklist/7/b.jpg']);
    });

    test('smaller pictures go with the one that they are made of, and no others', async () => {
      const [deleted, erased, others] = ['a.jpg', 'b.png', 'a.jpg.jpg'].map((name) => `blacklist/7/${name}`);
      if (!deleted || !erased || !others) throw new Error('There are three.');
      const all = [deleted, erased, others].flatMap((key) => [key, ...smallerKeys(key)]);
      for (const key of all) await store.put(key, bytesOf(key), jpeg);
      expect([await store.has(deleted), await store.has('blacklist/7/never.jpg')]).toEqual([true, false]);
      await store.delete(deleted);
      await store.erase(erased);
      expect(await keys('blacklist/')).toEqual([others, ...smallerKeys(others)].sort());
      expect([await store.has(deleted), await store.has(erased)]).toEqual([false, false]);
      // One that outlived its original can be deleted alone.
      const [smaller = ''] = smallerKeys(others);
      await store.delete(smaller);
      expect(await keys('blacklist/')).toEqual([others, ...smallerKeys(others).slice(1)].sort());
      await store.erase('blacklist/7/');
      expect(await keys('blacklist/')).toEqual([]);
    });

    test('a prefix lists what is below it, in whole segments, and when it was written', async () => {
      const before = Date.now();
      const all = [
        'blacklist/7/a.jpg',
        'blacklist/7/b.png',
        'blacklist/70/c.jpg',
        'cropped/2025-01-31/d.jpg',
      ];
      for (const key of all) await store.put(key, bytesOf(key), jpeg);
      expect(await keys('blacklist/7/')).toEqual(['blacklist/7/a.jpg', 'blacklist/7/b.png']);
      expect(await keys('blacklist/')).toEqual(all.slice(0, 3));
      expect(await keys('cropped/')).toEqual(all.slice(3));
      expect(await keys('processed/')).toEqual([]);
      expect(await keys('blacklist/8/')).toEqual([]);
      // Some stores report whole seconds only, and by their own clock.
      for (const { modified } of await list('blacklist/')) {
        expect(Math.abs(modified.getTime() - before)).toBeLessThan(60_000);
      }
    });

    test('a listing of more than a thousand pictures is complete', async () => {
      const all = Array.from({ length: 1010 }, (_, index) => `cropped/2025-01-31/${index}.jpg`);
      for (let start = 0; start < all.length; start += 50) {
        await Promise.all(all.slice(start, start + 50).map((key) => store.put(key, bytesOf(key), jpeg)));
      }
      expect(await keys('cropped/')).toEqual(all.sort());
    }, 30_000);

    test('pictures can be deleted while they are listed', async () => {
      const all = Array.from({ length: 100 }, (_, index) => `blacklist/${index}/a.jpg`);
      await Promise.all(all.map((key) => store.put(key, bytesOf(key), jpeg)));
      const seen: string[] = [];
      for await (const { key } of store.list('blacklist/')) {
        seen.push(key);
        await store.delete(key);
      }
      expect(seen.sort()).toEqual(all.sort());
      expect(await list('blacklist/')).toEqual([]);
    });

    test('a picture that is being replaced is never seen half-written', async () => {
      const another = opened.another();
      const versions = [Buffer.alloc(1_000_000, 'a'), Buffer.alloc(700_000, 'b')] as const;
      await store.put('cropped/2025-01-31/a.jpg', versions[0], jpeg);
      let writing = true;
      const write = async () => {
        for (let round = 0; round < 10; round += 1) {
          for (const version of versions) await store.put('cropped/2025-01-31/a.jpg', version, jpeg);
        }
        writing = false;
      };
      const whole: boolean[] = [];
      const watch = async () => {
        while (writing) {
          const bytes = Buffer.from((await another.get('cropped/2025-01-31/a.jpg')) ?? []);
          whole.push(versions.some((version) => version.equals(bytes)));
        }
      };
      await Promise.all([write(), watch()]);
      expect(whole.length).toBeGreaterThan(1);
      expect(whole).not.toContain(false);
    });

    test('pictures put at the same moment under one key leave one of them, whole', async () => {
      const versions = Array.from({ length: 10 }, (_, index) => String(index).repeat(50_000));
      await Promise.all(versions.map((text) => store.put('blacklist/7/a.jpg', bytesOf(text), jpeg)));
      expect(versions).toContain(await read('blacklist/7/a.jpg'));
      expect(await keys('blacklist/')).toEqual(['blacklist/7/a.jpg']);
    });

    test('a picture of an entry can be put while another of it is deleted', async () => {
      const another = opened.another();
      for (let round = 0; round < (opened.races ?? 100); round += 1) {
        await store.put('blacklist/7/old.jpg', bytesOf('old'), jpeg);
        await Promise.all([
          another.delete('blacklist/7/old.jpg'),
          store.put(`blacklist/7/${round}.jpg`, bytesOf('new'), jpeg),
        ]);
        expect(await read(`blacklist/7/${round}.jpg`)).toBe('new');
        await store.delete(`blacklist/7/${round}.jpg`);
      }
      expect(await list('blacklist/')).toEqual([]);
    });

    test('an entry’s only picture can be put and deleted over and over at the same moment', async () => {
      const another = opened.another();
      let writing = true;
      const write = async () => {
        for (let round = 0; round < (opened.races ?? 100); round += 1)
          await store.put('blacklist/7/a.jpg', bytesOf('a'), jpeg);
      };
      const erase = async () => {
        while (writing) await another.delete('blacklist/7/a.jpg');
      };
      const writes = Promise.all([write(), write()]).finally(() => {
        writing = false;
      });
      await expect(Promise.all([writes, erase(), erase()])).resolves.toHaveLength(3);
      await store.put('blacklist/7/a.jpg', bytesOf('last'), jpeg);
      expect(await read('blacklist/7/a.jpg')).toBe('last');
    });

    test('another store finds what this one has put', async () => {
      await store.put('blacklist/7/a.jpg', bytesOf('a'), jpeg);
      expect(await opened.another().get('blacklist/7/a.jpg')).toEqual(await store.get('blacklist/7/a.jpg'));
      expect(await listed(opened.another(), 'blacklist/')).toHaveLength(1);
    });

    test('clients are told where a picture is, and where an entry’s pictures are', () => {
      for (const key of ['blacklist/7/a.jpg', 'processed/2025-01-31/a-original.png', 'blacklist/7']) {
        expect(store.location(key)).toBe(opened.location(key));
      }
    });

    test('a usable store passes its check', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
