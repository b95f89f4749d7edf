import type { BoundingBox, ComparedFace, FaceDetail } from '@aws-sdk/client-rekognition';
import type { Box } from '../../contract/shapes.ts';
import type { Face } from '../face.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Part of the upright picture that a sent picture shows, in pixels of the upright picture. It is larger than
 * a small picture that was padded.
 */
export interface Frame extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * Converts Rekognition's box to whole pixels of the picture. The box is given in shares of the sent picture's
 * sides, below 0 or above 1 beyond its border.
 */
export function boxOf(ratios: BoundingBox | undefined, frame: Frame, picture: Size): Box {
  const { Left = 0, Top = 0, Width = 0, Height = 0 } = ratios ?? {};
  const x = clamp(Math.round(frame.x + Left * frame.width), picture.width);
  const y = clamp(Math.round(frame.y + Top * frame.height), picture.height);
  const right = Math.round(frame.x + (Left + Width) * frame.width);
  const bottom = Math.round(frame.y + (Top + Height) * frame.height);
  return {
    x,
    y,
    w: Math.max(1, Math.min(picture.width, right) - x),
    h: Math.max(1, Math.min(picture.height, bottom) - y),
  };
}

/** Converts a detected face. Rekognition's left is the viewer's, the contract's is the person's. */
export function faceOf(detail: FaceDetail | ComparedFace, frame: Frame, picture: Size): Face {
  const landmark = (type: string): [number, number] | null => {
    const { X, Y } = detail.Landmarks?.find(({ Type }) => Type === type) ?? {};
    if (X === undefined || Y === undefined) return null;
    return [
      clamp(Math.round(frame.x + X * frame.width), picture.width),
      clamp(Math.round(frame.y + Y * frame.height), picture.height),
    ];
  };
  return {
    area: {
      ...boxOf(detail.BoundingBox, frame, picture),
      left_eye: landmark('eyeRight'),
      right_eye: landmark('eyeLeft'),
      nose: landmark('nose'),
      mouth_left: landmark('mouthRight'),
      mouth_right: landmark('mouthLeft'),
    },
    confidence: Math.min(1, Math.max(0, (detail.Confidence ?? 0) / 100)),
  };
}

/** Clamps a coordinate to a side of that length. */
function clamp(place: number, length: number): number {
  return Math.min(length - 1, Math.max(0, place));
}

export function sizeOf({ w, h }: Box): number {
  return w * h;
}

/** Computes the intersection over union of two boxes, 0..1. */
export function overlap(one: Box, other: Box): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (sizeOf(one) + sizeOf(other) - w * h);
}

/**
 * Widens a face's box by `margin` times its size on each side, to sides of at least `minSide`, but not beyond
 * the picture.
 */
export function frameAround({ x, y, w, h }: Box, margin: number, minSide: number, picture: Size): Frame {
  const [left, width] = stretch(x, w, margin, minSide, picture.width);
  const [top, height] = stretch(y, h, margin, minSide, picture.height);
  return { x: left, y: top, width, height };
}

/**
 * Widens one side of a box.
 * @returns its start and its length
 */
function stretch(
  start: number,
  length: number,
  margin: number,
  min: number,
  limit: number,
): [number, number] {
  const wanted = Math.max(min, Math.round(length * (1 + 2 * margin)));
  const begin = Math.round(start + (length - wanted) / 2);
  const from = Math.max(0, begin);
  return [from, Math.min(limit, begin + wanted) - from];
}
