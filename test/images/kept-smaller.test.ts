import sharp from 'sharp';
import { expect, it } from 'vitest';
import { keptSmaller } from '../../lib/images/kept-smaller.ts';
import { smallerKey } from '../../lib/images/key.ts';
import type { ImageStore } from '../../lib/images/port.ts';
import { PictureSlots } from '../../lib/inputs/picture-slots.ts';

/** Keeps pictures in memory, with what the smaller ones need of a store. */
class MemoryImages {
  readonly pictures = new Map<string, Uint8Array>();
  async put(key: string, bytes: Uint8Array) {
    this.pictures.set(key, bytes);
  }
  async get(key: string) {
    return this.pictures.get(key);
  }
  async has(key: string) {
    return this.pictures.has(key);
  }
  async erase(key: string) {
    return this.pictures.delete(key) ? 1 : 0;
  }
}

const key = 'blacklist/7/a.png';
const box = { x: 10, y: 10, w: 40, h: 40 };
const shown = async () => true;

async function opened() {
  const store = new MemoryImages();
  const create = { width: 400, height: 200, channels: 3, background: '#369' } as const;
  await store.put(key, await sharp({ create }).png().toBuffer());
  let decoded = 0;
  const slots = new PictureSlots({ atOnce: 1, memoryBytes: 2 ** 30 });
  const run: PictureSlots['run'] = (...options) => {
    decoded += 1;
    return slots.run(...options);
  };
  const ports = { images: store as unknown as ImageStore, pictureSlots: { run } as PictureSlots };
  return { store, ports, decoded: () => decoded };
}

it('is made once, and kept beside the picture', async () => {
  const { store, ports, decoded } = await opened();
  const first = await keptSmaller(ports, key, { size: 160, box: null }, shown);
  expect(await sharp(first).metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 80 });
  expect(await keptSmaller(ports, key, { size: 160, box: null }, shown)).toEqual(first);
  expect(decoded()).toBe(1);
  expect([...store.pictures.keys()]).toEqual([key, smallerKey(key, 160, false)]);
});

it('is made anew where the face is elsewhere, or somebody wrote over it', async () => {
  const { store, ports, decoded } = await opened();
  const face = await keptSmaller(ports, key, { size: 160, box }, shown);
  const moved = await keptSmaller(ports, key, { size: 160, box: { ...box, w: 20, h: 20 } }, shown);
  expect([(await sharp(face).metadata()).width, (await sharp(moved).metadata()).width]).toEqual([68, 34]);
  store.pictures.set(smallerKey(key, 160, true), Buffer.from('no picture'));
  expect(await keptSmaller(ports, key, { size: 160, box }, shown)).toEqual(face);
  expect(decoded()).toBe(3);
  expect(store.pictures.size).toBe(2);
});

it('does not outlive its picture: no one shows it, and none that comes too late stays', async () => {
  const { store, ports } = await opened();
  await keptSmaller(ports, key, { size: 160, box: null }, shown);
  // The records hide a picture before it is deleted.
  await keptSmaller(ports, key, { size: 320, box: null }, async () => false);
  await keptSmaller(ports, key, { size: 640, box: null }, async () => {
    throw new Error('down');
  });
  expect([...store.pictures.keys()]).toEqual([key, smallerKey(key, 160, false)]);
  const put = store.put.bind(store);
  store.put = async (smaller, bytes) => {
    store.pictures.delete(key);
    await put(smaller, bytes);
  };
  expect(await keptSmaller(ports, key, { size: 320, box: null }, shown)).toBeDefined();
  expect([...store.pictures.keys()]).toEqual([smallerKey(key, 160, false)]);
  expect(await keptSmaller(ports, key, { size: 160, box: null }, shown)).toBeUndefined();
});

it('is shown though there is no room to keep it', async () => {
  const { store, ports } = await opened();
  store.put = async () => {
    throw new Error('full');
  };
  const bytes = await keptSmaller(ports, key, { size: 160, box: null }, shown);
  expect((await sharp(bytes).metadata()).width).toBe(160);
});
