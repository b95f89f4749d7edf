import { describe, expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { VerifyRequest } from '../../lib/contract/endpoints/verify.ts';
import { VerifyEntryRequest } from '../../lib/contract/endpoints/verify-entry.ts';
import { BackendUnavailableError, EntryNotFoundError } from '../../lib/errors.ts';
import type { WithPicture } from '../../lib/faces/port.ts';
import type { Ports } from '../../lib/ports.ts';
import { verify } from '../../lib/processing/verify.ts';
import { verifyEntry } from '../../lib/processing/verify-entry.ts';
import { interrupted, stepAfter, stepBefore } from '../blacklist/steps.ts';
import { slots, useStores } from '../blacklist/stores.ts';

const stores = useStores();

const list = async (...pictures: Buffer[]) => {
  const files = pictures.map((bytes, index) => ({ fileName: `${index}.jpg`, bytes }));
  return (await createEntry(stores.ports, { name: 'Jane Roe', reason: null }, files)).id;
};
const compare = (ports: Ports, id: number, picture: Buffer, overrides: object = {}) =>
  verifyEntry(ports, id, VerifyEntryRequest.parse({ image: picture.toString('base64'), ...overrides }));
const facesOf = async (id: number) =>
  (await Array.fromAsync(stores.ports.faces.listFaces())).filter(({ entryId }) => entryId === id);

describe('comparing a picture with an entry', () => {
  it('finds the nearest of the pictures that are shown', async () => {
    const { ports, pictures } = stores;
    const id = await list(pictures.other, pictures.listed);
    const nearest = await compare(ports, id, pictures.listed, { threshold: 0 });
    expect(nearest).toMatchObject({ verified: true, distance: 0, similarity: 100 });
    await ports.records.markImageDeleting(String(nearest.image_id));
    const other = await compare(ports, id, pictures.listed);
    expect(other.verified).toBe(false);
    expect(other.image_id).not.toBe(String(nearest.image_id));
  });

  it('tells of an entry that it does not verify only to whoever may know of it', async () => {
    const { ports, pictures } = stores;
    const id = await list(pictures.other);
    const ask = (picture: Buffer, showsUnmatched: boolean) => {
      const request = VerifyEntryRequest.parse({ image: picture.toString('base64') });
      return verifyEntry(ports, id, request, { showsUnmatched });
    };
    expect(await ask(pictures.listed, true)).toMatchObject({ verified: false, entry: { id } });
    const untold = {
      ...{ verified: false, distance: null, similarity: null, entry: null, image_id: null, warnings: null },
      facial_areas: { img1: expect.any(Object), img2: null },
    };
    expect(await ask(pictures.listed, false)).toMatchObject(untold);
    expect(await ask(pictures.other, false)).toMatchObject({ verified: true, entry: { id } });
    await ports.records.updateEntry(id, { expiresAt: '2020-01-01T00:00:00.000Z' });
    const expired = await ask(pictures.other, false);
    expect(expired).toMatchObject(untold);
    expect(await ask(pictures.other, true)).toMatchObject({ verified: false, entry: { id } });
    // Nobody finds out either which entries there are.
    await deleteEntry(ports, id);
    const { time: _, ...absent } = await ask(pictures.other, false);
    expect({ ...absent, time: expired.time }).toEqual(expired);
    await expect(ask(pictures.other, true)).rejects.toThrow(EntryNotFoundError);
  });

  it('finds no entry that is deleted, or is being deleted, whenever that begins', async () => {
    const { ports, pictures } = stores;
    for (const step of [
      stepBefore('records.getEntry'),
      stepBefore('faces.compareWith'),
      stepAfter('faces.compareWith'),
    ]) {
      const id = await list(pictures.listed);
      const deleting = async () => {
        await deleteEntry(ports, id);
      };
      const work = compare(interrupted(ports, step, deleting), id, pictures.listed);
      await expect(work, step.call).rejects.toThrow(EntryNotFoundError);
    }
    const id = await list(pictures.listed);
    await ports.records.markEntryDeleting(id);
    await expect(compare(ports, id, pictures.listed)).rejects.toThrow(EntryNotFoundError);
  });

  it('can not be done while none of its faces is enrolled for the model', async () => {
    const { ports, pictures } = stores;
    const id = await list(pictures.listed);
    stores.gallery.loseModel('Dlib');
    await expect(compare(ports, id, pictures.listed, { model_name: 'Dlib' })).rejects.toThrow(
      BackendUnavailableError,
    );
    expect(await compare(ports, id, pictures.listed)).toMatchObject({ verified: true });
    await ports.faces.remove(await facesOf(id));
    await expect(compare(ports, id, pictures.listed)).rejects.toThrow(/enrolled for this model/);
  });
});

describe('comparing pictures', () => {
  it('holds each decoded for no longer than the work on it, in a slot of its own', async () => {
    const { ports, pictures } = stores;
    const image = pictures.listed.toString('base64');
    const work = { held: 0, most: 0 };
    const faces: Ports['faces'] = new Proxy(ports.faces, {
      get: (target, name) => (name === 'compare' ? compareHeld : Reflect.get(target, name)),
    });
    const counting =
      (withPicture: WithPicture): WithPicture =>
      (use) =>
        withPicture(async (picture) => {
          work.most = Math.max(work.most, ++work.held);
          return use(picture).finally(() => work.held--);
        });
    const compareHeld: Ports['faces']['compare'] = (one, other, options) =>
      ports.faces.compare(counting(one), counting(other), options);
    const one = { ...ports, faces, pictureSlots: slots(1) };
    const request = VerifyRequest.parse({ image1: image, image2: image });
    const found = await Promise.all(Array.from({ length: 4 }, () => verify(one, request)));
    expect(found.map(({ verified }) => verified)).toEqual([true, true, true, true]);
    expect(work).toEqual({ held: 0, most: 1 });
  });
});
