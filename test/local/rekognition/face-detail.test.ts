import { describe, expect, it } from 'vitest';
import type { FacialArea } from '../../../lib/contract/shapes.ts';
import { describeFace } from '../../../local/rekognition/face-detail.ts';

type Point = [number, number];

const frontal = {
  left_eye: [130, 90] as Point,
  right_eye: [70, 90] as Point,
  nose: [100, 121.4] as Point,
  mouth_left: [125, 155] as Point,
  mouth_right: [75, 155] as Point,
};

function describeAt(area: Partial<FacialArea>, pixels = new Uint8Array(3 * 200 * 400).fill(128)) {
  const picture = { width: 200, height: 400, pixels, original: new Uint8Array(), format: 'png' } as const;
  const face = { area: { x: 40, y: 50, w: 120, h: 120, ...frontal, ...area }, confidence: 0.7 };
  return describeFace(face, picture);
}

/** All points turned about the middle of the picture's upper half, clockwise. */
function turned(degrees: number): Partial<FacialArea> {
  const angle = (degrees * Math.PI) / 180;
  const turn = ([x, y]: Point): Point => [
    100 + (x - 100) * Math.cos(angle) - (y - 100) * Math.sin(angle),
    100 + (x - 100) * Math.sin(angle) + (y - 100) * Math.cos(angle),
  ];
  return Object.fromEntries(Object.entries(frontal).map(([name, point]) => [name, turn(point)]));
}

describe('the bounding box', () => {
  it("is in shares of the picture's sides", () => {
    const { BoundingBox } = describeAt({});
    expect(BoundingBox).toEqual({ Left: 0.2, Top: 0.125, Width: 0.6, Height: 0.3 });
  });

  it('reaches out of the picture where the face does', () => {
    const { BoundingBox } = describeAt({ x: 0, w: 90 });
    expect(BoundingBox).toEqual({ Left: -0.15, Top: 0.125, Width: 0.6, Height: 0.3 });
    const { Left, Width } = describeAt({ x: 110, w: 90 }).BoundingBox;
    expect(Left + Width).toBeCloseTo(1.15);
  });
});

describe('the landmarks', () => {
  it("are named from the viewer's side", () => {
    const at = new Map(describeAt({}).Landmarks.map(({ Type, X, Y }) => [Type, [X, Y]]));
    expect([...at.keys()].sort()).toEqual(['eyeLeft', 'eyeRight', 'mouthLeft', 'mouthRight', 'nose']);
    expect(at.get('eyeLeft')).toEqual([0.35, 0.225]);
    expect(at.get('eyeRight')).toEqual([0.65, 0.225]);
    expect(at.get('mouthLeft')).toEqual([0.375, 0.3875]);
  });

  it('leave out what the engine does not see in a profile', () => {
    const { Landmarks } = describeAt({ mouth_left: null, mouth_right: null });
    expect(Landmarks.map(({ Type }) => Type).sort()).toEqual(['eyeLeft', 'eyeRight', 'nose']);
  });
});

describe('the pose', () => {
  it('of a face that looks straight ahead is next to nothing', () => {
    const { Roll, Yaw, Pitch } = describeAt({}).Pose;
    expect([Roll, Yaw]).toEqual([0, 0]);
    expect(Math.abs(Pitch)).toBeLessThan(0.5);
  });

  it('tells how far the head is tilted, whatever else it does', () => {
    for (const degrees of [-60, -20, 45, 90]) {
      const { Roll, Yaw } = describeAt(turned(degrees)).Pose;
      expect(Roll).toBeCloseTo(degrees);
      expect(Yaw).toBeCloseTo(0);
    }
  });

  it("turns positive with the nose to the viewer's right, and negative to the left", () => {
    expect(describeAt({ nose: [118, 121] }).Pose.Yaw).toBeCloseTo(26.6, 1);
    expect(describeAt({ nose: [82, 121] }).Pose.Yaw).toBeCloseTo(-26.6, 1);
  });

  it('is positive when the nose points up', () => {
    expect(describeAt({ nose: [100, 110] }).Pose.Pitch).toBeGreaterThan(10);
    expect(describeAt({ nose: [100, 135] }).Pose.Pitch).toBeLessThan(-10);
  });
});

describe('quality', () => {
  const gray = (value: number) => new Uint8Array(3 * 200 * 400).fill(value);
  const checkered = Uint8Array.from({ length: 3 * 200 * 400 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return (Math.floor((pixel % 200) / 4) + Math.floor(pixel / 800)) % 2 === 0 ? 60 : 190;
  });

  it('is as bright as the pixels of the face', () => {
    expect(describeAt({}, gray(255)).Quality.Brightness).toBeCloseTo(100, 3);
    expect(describeAt({}, gray(51)).Quality.Brightness).toBeCloseTo(20, 3);
  });

  it('is sharp where there is fine detail, and not where there is none', () => {
    expect(describeAt({}, gray(128)).Quality.Sharpness).toBeCloseTo(0, 3);
    expect(describeAt({}, checkered).Quality.Sharpness).toBeGreaterThan(90);
  });
});
