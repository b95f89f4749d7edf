import { describe, expect, it } from 'vitest';
import type { DefaultFaceDetail } from '../../../local/rekognition/face-detail.ts';
import { qualityProblems } from '../../../local/rekognition/quality.ts';

const area = {
  ...{ x: 0, y: 0, w: 100, h: 100 },
  ...{ left_eye: null, right_eye: null, nose: null },
  mouth_left: [60, 80] as [number, number],
  mouth_right: [40, 80] as [number, number],
};
const good: DefaultFaceDetail = {
  BoundingBox: { Left: 0, Top: 0, Width: 1, Height: 1 },
  Confidence: 99.9,
  Landmarks: [],
  Pose: { Roll: 0, Yaw: 0, Pitch: 0 },
  Quality: { Brightness: 50, Sharpness: 60 },
};

function problems(
  filter: 'NONE' | 'AUTO' | 'LOW' | 'MEDIUM' | 'HIGH',
  detail: Partial<DefaultFaceDetail>,
  box: Partial<typeof area> = {},
) {
  const face = { area: { ...area, ...box }, confidence: 0.7 };
  return qualityProblems(face, { ...good, ...detail }, filter);
}

describe('the quality filter', () => {
  it.each(['NONE', 'AUTO', 'LOW', 'MEDIUM', 'HIGH'] as const)('%s lets a good face pass', (filter) => {
    expect(problems(filter, {})).toEqual([]);
  });

  it('tells each thing that is wrong', () => {
    expect(problems('AUTO', { Confidence: 50 })).toEqual(['LOW_CONFIDENCE']);
    expect(problems('AUTO', { Quality: { Brightness: 2, Sharpness: 60 } })).toEqual(['LOW_BRIGHTNESS']);
    expect(problems('AUTO', { Quality: { Brightness: 50, Sharpness: 1 } })).toEqual(['LOW_SHARPNESS']);
    expect(problems('AUTO', { Pose: { Roll: 0, Yaw: -80, Pitch: 0 } })).toEqual(['EXTREME_POSE']);
    expect(problems('AUTO', { Pose: { Roll: 0, Yaw: 0, Pitch: 70 } })).toEqual(['EXTREME_POSE']);
    expect(problems('AUTO', {}, { w: 18, h: 18 })).toEqual(['SMALL_BOUNDING_BOX']);
    expect(problems('HIGH', {}, { mouth_left: null as never })).toEqual(['LOW_FACE_QUALITY']);
    expect(problems('AUTO', { Confidence: 50, Quality: { Brightness: 2, Sharpness: 1 } }).sort()).toEqual([
      'LOW_BRIGHTNESS',
      'LOW_CONFIDENCE',
      'LOW_SHARPNESS',
    ]);
  });

  it('lets everything pass when there is none', () => {
    expect(problems('NONE', { Confidence: 1, Quality: { Brightness: 0, Sharpness: 0 } })).toEqual([]);
  });

  it('asks for more from bar to bar', () => {
    const turned = { Pose: { Roll: 0, Yaw: 50, Pitch: 0 } };
    expect(problems('MEDIUM', turned)).toEqual([]);
    expect(problems('HIGH', turned)).toEqual(['EXTREME_POSE']);
    const blurred = { Quality: { Brightness: 50, Sharpness: 10 } };
    expect(problems('LOW', blurred)).toEqual([]);
    expect(problems('MEDIUM', blurred)).toEqual(['LOW_SHARPNESS']);
  });

  it('does not ask how a head is tilted', () => {
    expect(problems('HIGH', { Pose: { Roll: 170, Yaw: 0, Pitch: 0 } })).toEqual([]);
  });
});
