import { describe, expect, test } from 'vitest';
import { MotionGate } from '../../lib/cameras/motion.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';

const [width, height] = [320, 192];

/** Draws a frame: noise around a grey, and a bright square where it is given. */
function frame({
  grey = 90,
  noise = 4,
  seed = 1,
  square = undefined as [number, number] | undefined,
} = {}): DecodedPicture {
  const pixels = new Uint8Array(3 * width * height);
  let state = seed;
  for (let at = 0; at < pixels.length; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    pixels[at] = grey + ((state >> 16) % (2 * noise + 1)) - noise;
  }
  if (square) {
    const [left, top] = square;
    for (let y = top; y < top + 70; y++) {
      for (let x = left; x < left + 70; x++) pixels.fill(220, 3 * (y * width + x), 3 * (y * width + x + 1));
    }
  }
  return { width, height, pixels };
}

describe('the motion gate', () => {
  test('calls the first frame a new scene, and sees nothing in noise', () => {
    const gate = new MotionGate();
    expect(gate.look(frame())).toEqual({ boxes: [], isNewScene: true });
    for (let seed = 2; seed < 12; seed++)
      expect(gate.look(frame({ seed }))).toEqual({ boxes: [], isNewScene: false });
  });

  test('finds what moves, and where', () => {
    const gate = new MotionGate();
    for (let seed = 1; seed < 5; seed++) gate.look(frame({ seed }));
    const { boxes } = gate.look(frame({ seed: 9, square: [150, 50] }));
    expect(boxes).toHaveLength(1);
    const [{ x, y, w, h }] = boxes as [{ x: number; y: number; w: number; h: number }];
    expect(x).toBeLessThanOrEqual(150);
    expect(y).toBeLessThanOrEqual(64);
    expect(x + w).toBeGreaterThanOrEqual(192);
    expect(y + h).toBeGreaterThanOrEqual(96);
    expect(w * h).toBeLessThan((width * height) / 2);
  });

  test('gets used to what has come to stay', () => {
    const gate = new MotionGate();
    gate.look(frame());
    let moving = 0;
    for (let seed = 2; seed < 60; seed++) moving = gate.look(frame({ seed, square: [150, 50] })).boxes.length;
    expect(moving).toBe(0);
  });

  test('takes a light that is switched on for a new scene, and not for a person', () => {
    const gate = new MotionGate();
    gate.look(frame());
    gate.look(frame({ seed: 2 }));
    expect(gate.look(frame({ seed: 3, grey: 160 }))).toEqual({ boxes: [], isNewScene: true });
    expect(gate.look(frame({ seed: 4, grey: 160 }))).toEqual({ boxes: [], isNewScene: false });
  });

  test('begins again when the size changes', () => {
    const gate = new MotionGate();
    gate.look(frame());
    const small = { width: 320, height: 192, pixels: new Uint8Array(3 * 320 * 192) };
    expect(gate.look(small).isNewScene).toBe(true);
    expect(gate.look(small).isNewScene).toBe(false);
  });

  test('takes a frame that is smaller than a cell', () => {
    const gate = new MotionGate();
    const tiny = { width: 20, height: 20, pixels: new Uint8Array(1200) };
    gate.look(tiny);
    expect(gate.look(tiny)).toEqual({ boxes: [], isNewScene: false });
  });
});
