import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Box } from '../../../../lib/contract/shapes.ts';
import { type Detector, loadDetector } from '../../../../lib/faces/engine/detect/detector.ts';
import { type Embedder, loadEmbedder } from '../../../../lib/faces/engine/embed/embedders.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import { decodePicture } from '../../../../lib/inputs/decode.ts';
import { sampleFolder } from '../../../../local/models/packages.ts';

let detector: Detector;
let embed: Embedder;
let portrait: Buffer;
const side = 400;

beforeAll(async () => {
  detector = await loadDetector(0.15);
  embed = await loadEmbedder.MobileFaceNet();
  const sample = await readFile(join(sampleFolder, 'sample1.jpg'));
  const area = { left: 300, top: 300, width: 420, height: 420 };
  portrait = await sharp(sample).extract(area).resize(side, side).png().toBuffer();
});

/** Finds the faces of a gray picture with the portrait in its middle. Boxes are relative to the portrait. */
async function facesOn(width: number, height: number) {
  const background = '#808080';
  const canvas = sharp({ create: { width, height, channels: 3, background } });
  const left = Math.round((width - side) / 2);
  const top = Math.round((height - side) / 2);
  const bytes = await canvas
    .composite([{ input: portrait, left, top }])
    .png()
    .toBuffer();
  const { pixels } = await decodePicture(bytes);
  const pyramid = new Pyramid({ width, height, pixels });
  return Promise.all(
    (await detector.detect(pyramid)).map(async ({ area, landmarks }) => ({
      box: { x: area.x - left, y: area.y - top, w: area.w, h: area.h },
      embedding: (await embed(pyramid, [landmarks]))[0] as Float32Array,
    })),
  );
}

function overlap(one: Box, other: Box): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  const common = Math.max(0, w) * Math.max(0, h);
  return common / (one.w * one.h + other.w * other.h - common);
}

describe('a face', () => {
  test.each([
    ['16:9', 1422, 800],
    ['2:1', 1600, 800],
    ['9:19.5', 800, 1733],
    ['3:1', 2400, 800],
    ['1:4', 500, 2000],
    ['10:1', 5000, 500],
  ])(
    'has the same box and the same embedding in a picture of %s as in a square one',
    async (_, width, height) => {
      const [square] = await facesOn(800, 800);
      const faces = await facesOn(width, height);
      expect(faces).toHaveLength(1);
      const [face] = faces;
      if (!face || !square) throw new Error('There is no face.');
      expect(overlap(face.box, square.box)).toBeGreaterThan(0.75);
      const cosine = face.embedding.reduce(
        (sum, value, i) => sum + value * (square.embedding[i] as number),
        0,
      );
      expect(cosine).toBeGreaterThan(0.85);
    },
  );
});
