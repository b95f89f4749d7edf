import { describe, expect, it } from 'vitest';
import type { FacialArea } from '../../../../lib/contract/shapes.ts';
import {
  enrollmentBar,
  measureQuality,
  poseOf,
  qualityReasons,
} from '../../../../lib/faces/engine/detect/quality.ts';
import type { Point } from '../../../../lib/faces/engine/geometry/align.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import type { DecodedPicture } from '../../../../lib/inputs/picture.ts';

const point: [number, number] = [0, 0];
const area = {
  ...{ x: 40, y: 50, w: 120, h: 120 },
  ...{ left_eye: null, right_eye: null, nose: null, mouth_left: point, mouth_right: point },
};
const frontal = {
  leftEye: [130, 90],
  rightEye: [70, 90],
  noseTip: [100, 124.2],
  mouthCentre: [100, 155],
} as const satisfies Record<string, Point>;

/** Makes a picture of 200 by 200 pixels, with one value for each pixel. */
function picture(valueAt: (x: number, y: number) => number): DecodedPicture {
  const [width, height] = [200, 200];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return valueAt(pixel % width, Math.floor(pixel / width));
  });
  return { width, height, pixels };
}

function measure(valueAt: (x: number, y: number) => number, box: Partial<typeof area> = {}) {
  return measureQuality(new Pyramid(picture(valueAt)), { area: { ...area, ...box }, firstLook: frontal });
}

/** Turns all points clockwise around (100, 100). */
function turned(degrees: number) {
  const angle = (degrees * Math.PI) / 180;
  const turn = ([x, y]: Point): Point => [
    100 + (x - 100) * Math.cos(angle) - (y - 100) * Math.sin(angle),
    100 + (x - 100) * Math.sin(angle) + (y - 100) * Math.cos(angle),
  ];
  const { leftEye, rightEye, noseTip, mouthCentre } = frontal;
  return {
    leftEye: turn(leftEye),
    rightEye: turn(rightEye),
    noseTip: turn(noseTip),
    mouthCentre: turn(mouthCentre),
  };
}

describe('the pose', () => {
  it('of a face that looks straight ahead is next to nothing', () => {
    const { roll, yaw, pitch } = poseOf(frontal);
    expect([roll, yaw]).toEqual([0, 0]);
    expect(Math.abs(pitch)).toBeLessThan(0.5);
  });

  it('tells how far the head is tilted, whatever else it does', () => {
    for (const degrees of [-60, -20, 45, 90]) {
      const { roll, yaw, pitch } = poseOf(turned(degrees));
      expect(roll).toBeCloseTo(degrees);
      expect(yaw).toBeCloseTo(0);
      expect(pitch).toBeCloseTo(poseOf(frontal).pitch);
    }
  });

  it("turns positive with the nose to the viewer's right, and negative to the left", () => {
    expect(poseOf({ ...frontal, noseTip: [118, 121] }).yaw).toBeCloseTo(26.6, 1);
    expect(poseOf({ ...frontal, noseTip: [82, 121] }).yaw).toBeCloseTo(-26.6, 1);
  });

  it('is positive when the nose points up', () => {
    expect(poseOf({ ...frontal, noseTip: [100, 110] }).pitch).toBeGreaterThan(10);
    expect(poseOf({ ...frontal, noseTip: [100, 138] }).pitch).toBeLessThan(-10);
  });
});

describe('the quality', () => {
  /** Makes waves of this length in pixels, around 120, with this contrast. */
  const waves = (length: number, contrast: number) => (x: number, y: number) =>
    120 + contrast * Math.sin((2 * Math.PI * x) / length) * Math.sin((2 * Math.PI * y) / length);

  it('is as bright as the pixels of the face', () => {
    expect(measure(() => 255).brightness).toBeCloseTo(100, 3);
    expect(measure((x, y) => (x >= 40 && x < 160 && y >= 50 && y < 170 ? 51 : 255)).brightness).toBeCloseTo(
      20,
      0,
    );
  });

  it('is sharp where there is fine detail, less so where it is coarse, and not where there is none', () => {
    expect(measure(() => 128).sharpness).toBeCloseTo(0, 3);
    const [fine, middling, coarse] = [8, 24, 60].map((length) => measure(waves(length, 60)).sharpness);
    expect(fine).toBeGreaterThan(90);
    expect(middling).toBeLessThan(fine as number);
    expect(coarse).toBeLessThan(middling as number);
    expect(coarse).toBeLessThan(30);
  });

  it('is as sharp in little contrast as in much', () => {
    const [much, little] = [100, 20].map((contrast) => measure(waves(24, contrast)).sharpness);
    expect(little).toBeCloseTo(much as number, -1);
  });

  it('tells the contrast', () => {
    expect(measure(() => 128).contrast).toBeCloseTo(0, 3);
    expect(measure(waves(24, 60)).contrast).toBeCloseTo((100 * 30) / 255, 0);
  });

  it('is measured where the box is cut off at an edge', () => {
    const { brightness } = measure(() => 102, { x: 150, w: 50, h: 120 });
    expect(brightness).toBeCloseTo(40, 0);
  });
});

describe('the bar for an enrollment', () => {
  const good = { brightness: 50, contrast: 15, sharpness: 70, pose: { roll: 0, yaw: 0, pitch: 0 } };
  const reasons = (quality: Partial<typeof good>, box: Partial<FacialArea> = {}, confidence = 0.9) =>
    qualityReasons({ area: { ...area, ...box }, confidence }, { ...good, ...quality });

  it('lets a good face pass, however it is tilted', () => {
    expect(reasons({})).toEqual([]);
    expect(reasons({ pose: { roll: 170, yaw: 0, pitch: 0 } })).toEqual([]);
  });

  it('tells each thing that is wrong', () => {
    const { yaw, pitch, boxPixels, sharpness, minBrightness, maxBrightness, contrast, confidence } =
      enrollmentBar;
    expect(reasons({ pose: { roll: 0, yaw: -yaw - 1, pitch: 0 } })).toEqual(['EXTREME_POSE']);
    expect(reasons({ pose: { roll: 0, yaw: 0, pitch: pitch + 1 } })).toEqual(['EXTREME_POSE']);
    expect(reasons({ brightness: minBrightness - 1 })).toEqual(['LOW_BRIGHTNESS']);
    expect(reasons({ brightness: maxBrightness + 1 })).toEqual(['LOW_FACE_QUALITY']);
    expect(reasons({ contrast: contrast - 0.1 })).toEqual(['LOW_FACE_QUALITY']);
    expect(reasons({}, { mouth_left: null, mouth_right: null })).toEqual(['LOW_FACE_QUALITY']);
    expect(reasons({ sharpness: sharpness - 1 })).toEqual(['LOW_SHARPNESS']);
    expect(reasons({}, { w: boxPixels - 1 })).toEqual(['SMALL_BOUNDING_BOX']);
    expect(reasons({}, { h: boxPixels - 1 })).toEqual(['SMALL_BOUNDING_BOX']);
    expect(reasons({}, {}, confidence - 0.01)).toEqual(['LOW_CONFIDENCE']);
    expect(reasons({ brightness: 0, contrast: 0, sharpness: 0 }).sort()).toEqual([
      'LOW_BRIGHTNESS',
      'LOW_SHARPNESS',
    ]);
  });
});
