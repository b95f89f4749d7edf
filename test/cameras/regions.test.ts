import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInZone, planRegions } from '../../lib/cameras/regions.ts';

const frame = { width: 1920, height: 1080 };
const none = { ...frame, moving: [], followed: [], isThorough: false };

describe('the plan of regions', () => {
  test('looks nowhere where nothing moves', () => {
    expect(planRegions(none)).toEqual([]);
  });

  test('looks at the top of what moves, at full size if it is small', () => {
    const [region, ...more] = planRegions({ ...none, moving: [{ x: 800, y: 300, w: 100, h: 260 }] });
    expect(more).toEqual([]);
    expect(region).toMatchObject({ w: 256, h: 256 });
    expect(region?.y).toBeLessThan(300);
    expect(region?.x).toBeLessThan(800);
  });

  test('looks at a larger square where a person is near', () => {
    const [region] = planRegions({ ...none, moving: [{ x: 600, y: 60, w: 400, h: 1000 }] });
    expect(region?.w).toBe(600);
  });

  test('leaves out followed people, but for thorough looks', () => {
    const person = {
      ...none,
      moving: [{ x: 780, y: 280, w: 160, h: 400 }],
      followed: [{ x: 820, y: 300, w: 60, h: 60 }],
    };
    expect(planRegions(person)).toEqual([]);
    expect(planRegions({ ...person, isThorough: true }).length).toBeGreaterThan(1);
  });

  test('looks at the whole frame in a thorough look', () => {
    expect(planRegions({ ...none, isThorough: true })).toEqual([{ x: 0, y: -420, w: 1920, h: 1920 }]);
  });

  test('has squares alone, few, and of parts of the frame that are there', () => {
    const box = fc.record({
      x: fc.integer({ min: 0, max: 1900 }),
      y: fc.integer({ min: 0, max: 1060 }),
      w: fc.integer({ min: 1, max: 1920 }),
      h: fc.integer({ min: 1, max: 1080 }),
    });
    fc.assert(
      fc.property(fc.array(box, { maxLength: 8 }), fc.array(box, { maxLength: 3 }), (moving, followed) => {
        const regions = planRegions({ ...frame, moving, followed, isThorough: false });
        expect(regions.length).toBeLessThanOrEqual(6);
        for (const { x, y, w, h } of regions) {
          expect(w).toBe(h);
          expect(Math.min(x, y, 1920 - x - w, 1080 - y - h)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('a zone', () => {
  const box = (x: number, y: number) => ({ x, y, w: 100, h: 100 });
  test('has everything in it where it has no corners', () => {
    expect(isInZone(box(0, 0), [], 1000, 1000)).toBe(true);
  });

  test('decides by the middle of the face', () => {
    const left: [number, number][] = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ];
    expect(isInZone(box(100, 100), left, 1000, 1000)).toBe(true);
    expect(isInZone(box(440, 100), left, 1000, 1000)).toBe(true);
    expect(isInZone(box(460, 100), left, 1000, 1000)).toBe(false);
  });

  test('may have a dent', () => {
    const shape: [number, number][] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0.5, 0.2],
      [0, 1],
    ];
    expect(isInZone(box(450, 700), shape, 1000, 1000)).toBe(false);
    expect(isInZone(box(50, 500), shape, 1000, 1000)).toBe(true);
  });
});
