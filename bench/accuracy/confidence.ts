/**
 * Command: measures what `confidence` is worth. Boxes of which it is known what they show are gathered: of
 * single pictures of people, the same cut off and turned, mosaics of their faces, and pictures without
 * people. It tells the share of them that are faces, by confidence. It also computes the numbers that
 * `lib/faces/engine/detect/confidence.ts` would best make confidence of.
 * usage: npm run bench -- confidence --data FOLDER [--out FOLDER]
 */
import { join } from 'node:path';
import { evidenceOf } from '../../lib/faces/engine/detect/confidence.ts';
import { type Detection, type Detector, loadDetector } from '../../lib/faces/engine/detect/detector.ts';
import { Pyramid } from '../../lib/faces/engine/geometry/pyramid.ts';
import type { ConfidenceFigures, ReliabilityBin, SceneKind } from '../figures.ts';
import { parseOptions } from '../options.ts';
import { saveReport } from '../report/report.ts';
import { provenanceOf } from '../report/results.ts';
import { WrongUseError } from '../wrong-use.ts';
import { type KnownScene, knownScenes } from './known-scenes.ts';
import { fitLogistic } from './logistic.ts';
import { openAlbum } from './mosaic.ts';

/** The detectors whose scores are brought to one scale. */
const detectors = { blazeFace: 'mediapipe+ssd', ssd: 'ssd' } as const;
type DetectorName = keyof typeof detectors;

/** A box of which it is known what it shows. */
interface KnownBox {
  readonly kind: SceneKind;
  readonly isFace: boolean;
  readonly confidence: number;
  readonly evidence: Detection['evidence'];
}

/** The boxes of one detector. */
interface Gathered {
  readonly boxes: KnownBox[];
  /** Scenes, and the faces that they show. */
  readonly scenes: Map<SceneKind, { pictures: number; faces: number }>;
}

const edges = [0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1];
const thresholds = [0.15, 0.5, 0.8, 0.9, 0.95, 0.99];

async function gather(detector: Detector, name: DetectorName, scenes: AsyncIterable<KnownScene>) {
  const gathered: Gathered = { boxes: [], scenes: new Map() };
  for await (const { kind, picture, faces, labels } of scenes) {
    const found = await detector.detect(new Pyramid(picture), detectors[name]);
    for (const [index, isFace] of labels(found).entries()) {
      const { confidence, evidence } = found[index] as Detection;
      if (isFace !== undefined) gathered.boxes.push({ kind, isFace, confidence, evidence });
    }
    const counted = gathered.scenes.get(kind) ?? { pictures: 0, faces: 0 };
    gathered.scenes.set(kind, { pictures: counted.pictures + 1, faces: counted.faces + faces });
  }
  return gathered;
}

function reliabilityOf(boxes: readonly KnownBox[]): ReliabilityBin[] {
  return edges.slice(0, -1).flatMap((from, index) => {
    const to = edges[index + 1] as number;
    const inside = boxes.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    if (inside.length === 0) return [];
    const sum = inside.reduce((total, { confidence }) => total + confidence, 0);
    const faces = inside.filter(({ isFace }) => isFace).length;
    const count = inside.length;
    return [{ from, to, boxes: count, confidence: sum / count, faces: faces / count }];
  });
}

function keptOf(detector: DetectorName, { boxes, scenes }: Gathered): ConfidenceFigures['kept'] {
  return [...scenes].map(([kind, { pictures, faces }]) => {
    const own = boxes.filter((box) => box.kind === kind);
    const count = (threshold: number, isFace: boolean) =>
      own.filter((box) => box.isFace === isFace && box.confidence >= threshold).length;
    const at = thresholds.map((threshold) => {
      return { threshold, faces: count(threshold, true), falses: count(threshold, false) };
    });
    return { detector, kind, pictures, faces, at };
  });
}

/** Prints what the boxes' confidences would best be made of. */
function printFit(name: DetectorName, boxes: readonly KnownBox[]): void {
  const rows = boxes.map(({ evidence }) => evidenceOf(evidence.box, evidence.mesh));
  const fit = fitLogistic(
    rows,
    boxes.map(({ isFace }) => isFace),
  );
  console.log(`${name}: start, box, mesh: ${fit.map((value) => value.toFixed(3)).join(', ')}`);
}

export function printedKept(kept: ConfidenceFigures['kept']) {
  return kept.map(({ detector, kind, pictures, faces, at }) => ({
    ...{ detector, kind, pictures, faces },
    ...Object.fromEntries(at.map((one) => [`at ${one.threshold}`, `${one.faces} + ${one.falses} false`])),
  }));
}

export async function run(words: readonly string[]): Promise<void> {
  const { data, out } = parseOptions(words);
  if (data === undefined)
    throw new WrongUseError('usage: npm run bench -- confidence --data FOLDER [--out FOLDER]');
  const provenance = provenanceOf('npm run bench -- confidence --data FOLDER');
  const album = await openAlbum(join(data, 'images'));
  const detector = await loadDetector(0);
  const gathered = {
    blazeFace: await gather(detector, 'blazeFace', knownScenes(album, 1)),
    ssd: await gather(detector, 'ssd', knownScenes(album, 4)),
  };
  const names = ['blazeFace', 'ssd'] as const;
  for (const name of names) printFit(name, gathered[name].boxes);
  const reliability = {
    blazeFace: reliabilityOf(gathered.blazeFace.boxes),
    ssd: reliabilityOf(gathered.ssd.boxes),
  };
  const kept = names.flatMap((name) => keptOf(name, gathered[name]));
  for (const name of names) console.table(reliability[name]);
  console.table(printedKept(kept));
  await saveReport(out, { confidence: { ...provenance, reliability, kept } });
}
