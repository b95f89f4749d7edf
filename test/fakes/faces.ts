import type { Box } from '../../lib/contract/shapes.ts';
import { BackendUnavailableError, NoFaceError } from '../../lib/errors.ts';
import { bestOfEntries, nearMissesAmong } from '../../lib/faces/best-of-entries.ts';
import type {
  BandedOptions,
  Comparison,
  Enrollment,
  EnrollOptions,
  EntryComparison,
  FaceOptions,
  LargestFace,
  MatchDefaults,
  MatchOptions,
  MatchResult,
  OpenedProbe,
  Reference,
  UsedOptions,
  WithPicture,
} from '../../lib/faces/comparing.ts';
import { nearMissesSearched } from '../../lib/faces/comparing.ts';
import type {
  EnrolledFace,
  Face,
  FaceMatch,
  FaceOwner,
  ListedFace,
  MatchedFace,
} from '../../lib/faces/face.ts';
import type { FaceBackend } from '../../lib/faces/port.ts';
import { withPictureOf } from '../../lib/faces/with-picture.ts';
import type { Picture } from '../../lib/inputs/picture.ts';
import { allOrFirstError } from '../../lib/promises.ts';

/**
 * A face backend without a network, for the use cases' tests. A face is a spot of colour, see `pictures.ts`,
 * and that colour is its embedding. It passes the bookkeeping cases of the port suite.
 */

export const fakeModels = ['Fusion', 'Dlib'] as const;
type FakeModel = (typeof fakeModels)[number];

interface KeptFace {
  readonly entryId: number;
  readonly box: Box;
  readonly embedding: readonly number[];
  readonly models: Set<FakeModel>;
}

/** Enrolled faces, which outlive the backends that are opened on them. */
export class FakeGallery {
  readonly faces = new Map<string, KeptFace>();

  /** Loses faces without telling those who have the gallery open. */
  lose(which: 'all' | 'first'): void {
    const ids = [...this.faces.keys()];
    for (const id of which === 'all' ? ids : ids.slice(0, 1)) this.faces.delete(id);
  }

  /** Loses one model's embeddings of every face. */
  loseModel(model: FakeModel): void {
    for (const { models } of this.faces.values()) models.delete(model);
  }
}

interface SeenFace extends Face {
  readonly embedding: readonly number[];
}

const threshold = 0.1;
/** Least difference between the channels of a pixel that belongs to a face. */
const minColour = 80;

export class FakeFaces implements FaceBackend {
  readonly name = 'fake';
  readonly modelId = 'Fusion';
  readonly maxImageBytes = 15 * 1024 * 1024;
  readonly defaults: MatchDefaults = {
    detectorBackend: 'colour',
    metric: 'cosine',
    threshold,
    defaultThreshold: threshold,
    configuredThreshold: threshold,
    loosestThreshold: 1,
    falseMatchRate: null,
    defaultFalseMatchRate: null,
    similarityScale: [
      { distance: 0, similarity: 100 },
      { distance: 1, similarity: 0 },
    ],
  };
  /** Number of pictures in which faces were looked for. */
  looks = 0;
  readonly #gallery: FakeGallery;
  #isClosed = false;

  constructor(gallery: FakeGallery) {
    this.#gallery = gallery;
  }

  async detect(picture: Picture): Promise<readonly Face[]> {
    return this.#see(picture).map(({ area, confidence }) => ({ area, confidence }));
  }

  async match(picture: Picture, options: MatchOptions): Promise<MatchResult> {
    const used = bandedOptions(options);
    const faces = this.#see(picture).map((face) => this.#matched(face, used, options.candidates ?? 0));
    return { faces, ...used, hasGallery: true };
  }

  async compare(probe: WithPicture, reference: WithPicture, options: FaceOptions): Promise<Comparison> {
    const largest = async (picture: Picture) => this.#largest(picture);
    const [one, other] = await allOrFirstError([probe(largest), reference(largest)]);
    return {
      probe: shownFace(one),
      reference: shownFace(other),
      ...nearness(one.embedding, other.embedding),
      ...bandedOptions(options),
    };
  }

  async openProbe(probe: WithPicture, options: FaceOptions): Promise<OpenedProbe> {
    const one = await probe(async (picture) => this.#largest(picture));
    return {
      ...usedOptions(options),
      compare: async (reference) => {
        const other = await reference(async (picture) => this.#largest(picture));
        return {
          probe: shownFace(one),
          reference: shownFace(other),
          ...nearness(one.embedding, other.embedding),
          ...bandedOptions(options),
        };
      },
    };
  }

  async compareWith(
    probe: WithPicture,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison> {
    const used = bandedOptions(options);
    const one = await probe(async (picture) => this.#largest(picture));
    const asked = new Set(references.map(({ imageId }) => imageId));
    const near = this.#near(one.embedding, used)
      .filter(({ imageId }) => asked.has(imageId))
      .map(({ imageId, target, distance, similarity }) => ({ imageId, target, distance, similarity }));
    return { probe: shownFace(one), references: near, ...used, hasGallery: true };
  }

  async enroll(
    picture: Picture | WithPicture,
    owner: FaceOwner,
    { compare }: EnrollOptions = {},
  ): Promise<Enrollment> {
    const { faceCount, area, embedding } = await withPictureOf(picture)(async (shown) =>
      this.#largest(shown),
    );
    const used = usedOptions({});
    const similar = compare ? this.#near(embedding, used).filter(isMatch(used)) : null;
    const box = boxOf(area);
    const kept = { entryId: owner.entryId, box, embedding, models: new Set(fakeModels) };
    this.#gallery.faces.set(owner.imageId, kept);
    const quality = { brightness: 50, sharpness: 90, pose: { roll: 0, yaw: 0, pitch: 0 } };
    return { faceCount, face: { id: null, box }, quality, similar };
  }

  async remove(faces: readonly EnrolledFace[]): Promise<void> {
    this.#requireOpen();
    for (const { imageId } of faces) this.#gallery.faces.delete(imageId);
  }

  async *listFaces(): AsyncIterable<ListedFace> {
    this.#requireOpen();
    for (const [imageId, { entryId, models }] of [...this.#gallery.faces]) {
      yield { entryId, imageId, faceId: null, isCurrent: models.size === fakeModels.length };
    }
  }

  async hasGallery(): Promise<boolean> {
    return true;
  }

  engine(): undefined {}

  async check(): Promise<void> {
    this.#requireOpen();
  }

  async test(): Promise<void> {
    this.#requireOpen();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new BackendUnavailableError('The fake face backend is closed.', 5);
  }

  #see(picture: Picture): SeenFace[] {
    this.#requireOpen();
    this.looks += 1;
    return findSpots(picture);
  }

  #largest(picture: Picture): SeenFace & Pick<LargestFace, 'faceCount'> {
    const seen = this.#see(picture);
    const [largest] = seen;
    if (!largest) throw new NoFaceError('No face was found in it.');
    return { ...largest, faceCount: seen.length };
  }

  #matched({ area, confidence, embedding }: SeenFace, used: BandedOptions, count: number): MatchedFace {
    const near = this.#near(embedding, used);
    const matches = bestOfEntries(near.filter(isMatch(used)));
    const misses = nearMissesAmong(near, used.threshold);
    const inBand = misses.filter(({ distance }) => distance <= used.nearThreshold);
    const candidates = count > 0 ? misses.slice(0, count) : inBand.slice(0, nearMissesSearched);
    const quality = { brightness: 50, sharpness: 90, pose: { roll: 0, yaw: 0, pitch: 0 } };
    return { area, confidence, matches, candidates, quality, reasons: [] };
  }

  /** Compares with every enrolled face, nearest first. */
  #near(embedding: readonly number[], { model }: UsedOptions): FaceMatch[] {
    return [...this.#gallery.faces]
      .filter(([, face]) => face.models.has(model as FakeModel))
      .map(([imageId, { entryId, box, embedding: theirs }]) => {
        const owner = { entryId, imageId, identity: null, target: box };
        return { ...owner, ...nearness(embedding, theirs), metadata: null };
      })
      .sort((one, other) => one.distance - other.distance);
  }
}

function usedOptions({ modelName, threshold: asked = threshold }: FaceOptions): UsedOptions {
  const model = fakeModels.find((name) => name === modelName) ?? 'Fusion';
  return { model, detectorBackend: 'colour', metric: 'cosine', threshold: asked, warnings: [] };
}

function bandedOptions(options: FaceOptions): BandedOptions {
  const used = usedOptions(options);
  return { ...used, nearThreshold: used.threshold * (options.reviewBand ?? 1) };
}

function isMatch({ threshold }: UsedOptions) {
  return ({ distance }: FaceMatch) => distance <= threshold;
}

/** Returns what a comparison tells of a face. */
const shownFace = ({ area, confidence, faceCount }: LargestFace): LargestFace => ({
  area,
  confidence,
  faceCount,
});

/** Measures the cosine distance of two colours. It is rounded, so that equal colours have a distance of 0. */
function nearness(one: readonly number[], other: readonly number[]) {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  const cosine = dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
  const distance = Math.round((1 - cosine) * 1e9) / 1e9;
  return { distance, similarity: 100 * (1 - distance) };
}

function boxOf({ x, y, w, h }: Box): Box {
  return { x, y, w, h };
}

/** Finds spots of colour: one for each run of columns that have any. The largest comes first. */
function findSpots({ pixels, width, height }: Picture): SeenFace[] {
  const isColour = (x: number, y: number) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3);
    return Math.max(red, green, blue) - Math.min(red, green, blue) >= minColour;
  };
  const spots: SeenFace[] = [];
  let points: [x: number, y: number][] = [];
  for (let x = 0; x <= width; x += 1) {
    const rows = x < width ? Array.from({ length: height }, (_, y) => y).filter((y) => isColour(x, y)) : [];
    for (const y of rows) points.push([x, y]);
    if (rows.length > 0 || points.length === 0) continue;
    // A few stray pixels are no face: lossy formats make some.
    if (points.length >= 25) spots.push(spotOf(points, { pixels, width }));
    points = [];
  }
  return spots.sort((one, other) => other.area.w * other.area.h - one.area.w * one.area.h);
}

function spotOf(
  points: readonly [x: number, y: number][],
  { pixels, width }: Pick<Picture, 'pixels' | 'width'>,
): SeenFace {
  const ys = points.map(([, y]) => y);
  const [x, y] = [points[0]?.[0] ?? 0, Math.min(...ys)];
  const [w, h] = [(points.at(-1)?.[0] ?? 0) - x + 1, Math.max(...ys) - y + 1];
  const embedding = [0, 1, 2].map(
    (channel) =>
      points.reduce((sum, [px, py]) => sum + (pixels[3 * (py * width + px) + channel] ?? 0), 0) /
      points.length,
  );
  const eyes = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
  return { area: { x, y, w, h, ...eyes }, confidence: 1, embedding };
}
