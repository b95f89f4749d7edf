import { expect, it } from 'vitest';
import { qualityProblems } from '../../../../local/emulators/rekognition/quality.ts';

const mouth: [number, number] = [50, 80];
const points = { left_eye: null, right_eye: null, nose: null, mouth_left: mouth, mouth_right: mouth };
const face = { area: { x: 0, y: 0, w: 100, h: 100, ...points }, confidence: 0.99 };
const good = { brightness: 50, contrast: 15, sharpness: 70, pose: { roll: 0, yaw: 0, pitch: 0 } };

it.each(['NONE', 'AUTO', 'LOW', 'MEDIUM', 'HIGH'] as const)('%s lets a good face pass', (filter) => {
  expect(qualityProblems(face, good, filter)).toEqual([]);
});

it('NONE lets everything pass', () => {
  const useless = { brightness: 0, contrast: 0, sharpness: 0, pose: { roll: 0, yaw: 90, pitch: 90 } };
  expect(qualityProblems({ ...face, confidence: 0 }, useless, 'NONE')).toEqual([]);
  expect(qualityProblems({ ...face, confidence: 0 }, useless, 'AUTO')).not.toEqual([]);
});

it('asks for more from bar to bar', () => {
  const turned = { ...good, pose: { roll: 0, yaw: -40, pitch: 0 } };
  const blurred = { ...good, sharpness: 40 };
  const filters = ['AUTO', 'LOW', 'MEDIUM', 'HIGH'] as const;
  expect(filters.map((filter) => qualityProblems(face, turned, filter))).toEqual([
    [],
    [],
    [],
    ['EXTREME_POSE'],
  ]);
  expect(filters.map((filter) => qualityProblems(face, blurred, filter))).toEqual([
    [],
    [],
    ['LOW_SHARPNESS'],
    ['LOW_SHARPNESS'],
  ]);
});
