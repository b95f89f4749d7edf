import { describe, expect, it } from 'vitest';
import type { FacialArea } from '../../../../lib/contract/shapes.ts';
import { describeFace } from '../../../../local/emulators/rekognition/face-detail.ts';

type Point = [number, number];

const frontal = {
  left_eye: [130, 90] as Point,
  right_eye: [70, 90] as Point,
  nose: [100, 121.4] as Point,
  mouth_left: [125, 155] as Point,
  mouth_right: [75, 155] as Point,
};

const quality = { brightness: 40, sharpness: 60, pose: { roll: 3, yaw: -20, pitch: 7 } };

function describeAt(area: Partial<FacialArea>) {
  const pixels = new Uint8Array(3 * 200 * 400);
  const picture = { width: 200, height: 400, pixels, original: new Uint8Array(), format: 'png' } as const;
  const face = { area: { x: 40, y: 50, w: 120, h: 120, ...frontal, ...area }, confidence: 0.7 };
  return describeFace(face, quality, picture);
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

it('the quality is in the words of the service', () => {
  expect(describeAt({})).toMatchObject({
    Pose: { Roll: 3, Yaw: -20, Pitch: 7 },
    Quality: { Brightness: 40, Sharpness: 60 },
  });
});
