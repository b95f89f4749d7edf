import { expect, test } from 'vitest';
import { isSamePicture, RecentPictures } from '../../local/console/src/recent-pictures.ts';

const minute = 60_000;
const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();

test('a picture is known again by the event that tells of it, and no other with its number is', () => {
  const pictures = new RecentPictures(2);
  expect(pictures.add({ id: 1, time: at(0) })).toBe(true);
  expect(pictures.add({ id: 1, time: at(minute) })).toBe(false);
  expect(pictures.add({ id: 2, time: at(0) })).toBe(true);
  // A backup was put back, and the service counts from there.
  expect(pictures.has({ id: 1, time: at(60 * minute) })).toBe(false);
  expect(pictures.add({ id: 1, time: at(60 * minute) })).toBe(true);
  expect(pictures.add({ id: 1, time: at(61 * minute) })).toBe(false);
  expect(pictures.has({ id: 1, time: at(0) })).toBe(false);
  // The oldest is forgotten first.
  expect(pictures.add({ id: 3, time: at(0) })).toBe(true);
  expect(pictures.has({ id: 2, time: at(0) })).toBe(false);
  expect(pictures.has({ id: 1, time: at(60 * minute) })).toBe(true);
});

test('a picture without a time is known by its number alone', () => {
  expect(isSamePicture({ id: 1, time: null }, { id: 1, time: at(0) })).toBe(true);
  expect(isSamePicture({ id: 1, time: at(0) }, { id: 2, time: at(0) })).toBe(false);
});
