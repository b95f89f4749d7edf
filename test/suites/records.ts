import { afterEach, beforeEach, describe, expect, type TestAPI, test } from 'vitest';
import { NameTakenError } from '../../lib/errors.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { entrySuite } from './records/entries.ts';
import { entryDetailSuite } from './records/entry-details.ts';
import { entryPageSuite } from './records/entry-pages.ts';
import { erasureSuite } from './records/erasures.ts';
import { filterSuite } from './records/filters.ts';
import {
  activeEntry,
  addImage,
  enrolledFace,
  type OpenedRecords,
  processedResult,
  recorded,
} from './records/fixtures.ts';
import { imageSuite } from './records/images.ts';
import { processedSuite } from './records/processed.ts';
import { removalSuite } from './records/removal.ts';
import { reviewSuite } from './records/reviews.ts';

/**
 * Tests the promises of `lib/records/port.ts`, which are the same for every adapter. `undisturbed` declares
 * the cases that write nothing, or only as another case does: a store whose writes are disturbed leaves them
 * out.
 */
export function recordStoreSuite(
  name: string,
  open: () => Promise<OpenedRecords>,
  undisturbed: TestAPI = test,
): void {
  describe(`records in ${name}`, () => {
    let opened: OpenedRecords;
    let store: RecordStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.remove());

    entrySuite(() => opened, undisturbed);
    entryDetailSuite(() => opened, undisturbed);
    if (undisturbed === test) entryPageSuite(() => opened);
    imageSuite(() => opened, undisturbed);
    processedSuite(() => opened, undisturbed);
    if (undisturbed === test) filterSuite(() => opened);
    reviewSuite(() => opened, undisturbed);
    removalSuite(() => opened, undisturbed);
    erasureSuite(() => opened, undisturbed);

    undisturbed('a store opened later finds everything', async () => {
      const { entry, imageId } = await activeEntry(store, 'Ada');
      const stamp = await store.addProcessed('picture-1', processedResult());
      await store.close();

      const later = await opened.another();
      expect(await later.getEntry(entry.id)).toEqual(entry);
      expect(await later.listImages(entry.id)).toMatchObject([{ id: imageId, status: 'ACTIVE' }]);
      expect(await later.listProcessed({ limit: 20, offset: 0 })).toEqual({
        total: 1,
        items: [recorded(processedResult(), stamp)],
      });
      await expect(later.createEntry({ name: 'Ada', reason: null })).rejects.toThrow(NameTakenError);
    });

    undisturbed('counts what is shown', async () => {
      expect(await store.count()).toEqual({ entries: 0, images: 0, processed: 0 });
      expect(await store.lastEntryId()).toBe(0);
      const { entry } = await activeEntry(store, 'Ada');
      await addImage(store, entry.id);
      const { id } = await addImage(store, entry.id);
      await store.activateImage(id, enrolledFace);
      const { entry: going } = await activeEntry(store, 'Grace');
      await store.markEntryDeleting(going.id);
      const { id: last } = await store.createEntry({ name: 'Joan', reason: null });
      await store.addProcessed('picture-1', processedResult());
      await store.addProcessed('picture-2', processedResult());
      expect(await store.count()).toEqual({ entries: 1, images: 2, processed: 2 });
      await store.markEntryDeleting(last);
      await store.removeEntry(last);
      expect(await store.lastEntryId()).toBe(last);
    });

    undisturbed('a usable store passes its check, and closing it twice is no error', async () => {
      await expect(store.check()).resolves.toBeUndefined();
      await store.close();
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
}
