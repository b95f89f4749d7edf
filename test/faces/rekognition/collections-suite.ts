import { randomUUID } from 'node:crypto';
import { DeleteCollectionCommand, ListFacesCommand, RekognitionClient } from '@aws-sdk/client-rekognition';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import type { MatchedFace } from '../../../lib/faces/face.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import type { CollectionsNote } from '../../../lib/faces/rekognition/galleries.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { enrollAs, entriesOf, gallery, heldPicture, owner } from '../../suites/faces/fixtures.ts';
import { openAdapter } from './open.ts';

/**
 * Tests of faces that are spread over three collections. Persons 1, 2 and 3 are in three of them.
 * @param seen gives pictures of three persons, alone, and all of them in one
 */
export function collectionsSuite(
  seen: () => { readonly women: readonly Picture[]; readonly group: Picture },
): void {
  const client = new RekognitionClient({ region: 'eu-west-1' });
  afterAll(() => client.destroy());
  const opened: FaceBackend[] = [];
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close();
  });
  let collectionId: string;
  let collectionsNote: CollectionsNote;
  beforeEach(() => {
    collectionId = `spread-${randomUUID()}`;
    const counts = new Map<string, number>();
    collectionsNote = {
      read: async (id) => counts.get(id),
      write: async (id, count) => void counts.set(id, count),
    };
  });

  const open = (collections: number) => {
    const backend = openAdapter({ collectionId, collections, collectionsNote });
    opened.push(backend);
    return backend;
  };
  const facesIn = async (CollectionId: string) => {
    const { Faces = [] } = await client.send(new ListFacesCommand({ CollectionId }));
    return Faces.map(({ ExternalImageId }) => ExternalImageId).toSorted();
  };
  const each = () => seen().women.map((picture, index) => [picture, index + 1] as const);
  const listAll = (backend: FaceBackend) =>
    Promise.all(each().map(([picture, person]) => enrollAs(backend, picture, owner(person))));
  const foundIn = (faces: readonly MatchedFace[]) => faces.flatMap(entriesOf).toSorted();
  const findEach = async (backend: FaceBackend) => {
    const found = await Promise.all(each().map(([picture]) => backend.match(picture, {})));
    return found.map(({ faces }) => foundIn(faces));
  };

  describe('faces in three collections', () => {
    test('are each in that of their entry, and found in all, alone and beside others', async () => {
      const backend = open(3);
      await listAll(backend);
      expect(await facesIn(collectionId)).toEqual(['3:3-a']);
      expect(await facesIn(`${collectionId}_2`)).toEqual(['1:1-a']);
      expect(await facesIn(`${collectionId}_3`)).toEqual(['2:2-a']);
      expect(await findEach(backend)).toEqual([[1], [2], [3]]);
      const { faces, warnings } = await backend.match(seen().group, {});
      expect([foundIn(faces), faces.map(({ reasons }) => reasons), warnings]).toEqual([
        [1, 2, 3],
        [[], [], []],
        [],
      ]);
      const [her] = seen().women;
      const { area } = (await backend.detect(her as Picture, {}))[0] ?? {};
      if (!area || !backend.matchFace) throw new Error('There is nothing to search for.');
      expect(
        (await backend.matchFace(her as Picture, area, {})).matches.map(({ entryId }) => entryId),
      ).toEqual([1]);
    });

    test('keep the threshold and the order: who is not near enough is a near miss from any of them', async () => {
      const backend = open(3);
      await listAll(backend);
      const [, her] = seen().women;
      const { faces } = await backend.match(her as Picture, { candidates: 5 });
      const [face] = faces;
      expect(face && entriesOf(face)).toEqual([2]);
      const near = face?.candidates ?? [];
      expect(near.map(({ entryId }) => entryId).toSorted()).toEqual([1, 3]);
      expect(near.map(({ distance }) => distance)).toEqual(
        near.map(({ distance }) => distance).toSorted((one, other) => one - other),
      );
      const strict = await backend.match(her as Picture, { threshold: -1 });
      expect(foundIn(strict.faces)).toEqual([]);
    });

    test('are compared with an entry, and with a new face, wherever they are', async () => {
      const backend = open(3);
      await listAll(backend);
      for (const [picture, person] of each()) {
        const reference = { imageId: owner(person).imageId, withPicture: heldPicture(picture) };
        const compared = await backend.compareWith(heldPicture(picture), [reference], {});
        expect(compared.references.map(({ imageId }) => imageId)).toEqual([`${person}-a`]);
        // Entries 4, 5 and 6 are each in another collection than the person whom they show.
        const twin = await backend.enroll(picture, owner(7 - person), { compare: true });
        expect(twin.similar?.map(({ entryId }) => entryId)).toContain(person);
      }
    });

    test('are removed from the collection that they are in, and from no other', async () => {
      const backend = open(3);
      const [, second] = await listAll(backend);
      await backend.remove(second ? [second] : []);
      expect(await findEach(backend)).toEqual([[1], [], [3]]);
      await backend.remove(await gallery(backend));
      expect(await gallery(backend)).toEqual([]);
      for (const id of ['', '_2', '_3']) expect(await facesIn(`${collectionId}${id}`)).toEqual([]);
    });

    test('of a deployment that had one stay where they were, are found, and are removed', async () => {
      await listAll(open(1));
      const backend = open(3);
      expect(await findEach(backend)).toEqual([[1], [2], [3]]);
      expect(await backend.hasGallery()).toBe(true);
      const [her] = seen().women;
      await backend.enroll(her as Picture, owner(1, 'b'));
      expect(await facesIn(collectionId)).toEqual(['1:1-a', '2:2-a', '3:3-a']);
      expect(await facesIn(`${collectionId}_2`)).toEqual(['1:1-b']);
      expect(await findEach(backend)).toEqual([[1, 1], [2], [3]]);
      await backend.remove((await gallery(backend)).filter(({ entryId }) => entryId === 1));
      expect(await findEach(backend)).toEqual([[], [2], [3]]);
    });

    test('are not looked for in fewer: every call is refused, and says which number is right', async () => {
      await listAll(open(3));
      const fewer = open(2);
      const [her] = seen().women;
      const picture = her as Picture;
      const area = { x: 0, y: 0, w: picture.width, h: picture.height };
      const calls = {
        match: () => fewer.match(picture, {}),
        matchFace: async () => fewer.matchFace?.(picture, area, {}),
        compareWith: () => fewer.compareWith(heldPicture(picture), [], {}),
        enroll: () => fewer.enroll(picture, owner(4)),
        remove: () => fewer.remove([{ ...owner(1), faceId: `${collectionId}_2/x` }]),
        list: () => gallery(fewer),
        hasGallery: () => fewer.hasGallery(),
        check: () => fewer.check(),
      };
      for (const [name, call] of Object.entries(calls)) {
        const refusal = await call().then(
          () => name,
          (error: unknown) => error,
        );
        expect(refusal).toBeInstanceOf(BackendUnavailableError);
        expect(String(refusal)).toContain('REKOGNITION_COLLECTIONS is 2: set it to 3 again');
      }
      expect(await findEach(open(3))).toEqual([[1], [2], [3]]);
    });

    test('are lost with one collection: nobody is told that a picture matches nobody', async () => {
      await listAll(open(3));
      await client.send(new DeleteCollectionCommand({ CollectionId: `${collectionId}_3` }));
      const backend = open(3);
      const [her] = seen().women;
      expect((await backend.match(her as Picture, {})).hasGallery).toBe(false);
      const area = { x: 0, y: 0, w: 10, h: 10 };
      expect((await backend.matchFace?.(her as Picture, area, {}))?.hasGallery).toBe(false);
      expect((await backend.compareWith(heldPicture(her as Picture), [], {})).hasGallery).toBe(false);
      expect(await backend.hasGallery()).toBe(false);
      // Enrolling the lost ones again makes the collection again.
      await enrollAs(backend, seen().women[1] as Picture, owner(2));
      expect(await findEach(backend)).toEqual([[1], [2], [3]]);
    });
  });
}
