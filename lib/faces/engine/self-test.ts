import { setTimeout as delay } from 'node:timers/promises';
import type { EngineDetector } from '../../contract/vocabulary.ts';
import { BackendUnavailableError } from '../../errors.ts';
import { decodePicture } from '../../inputs/decode.ts';
import type { Picture } from '../../inputs/picture.ts';
import { onceIn } from '../../once-in.ts';
import { drawnEyes, drawnFace } from '../drawn-face.ts';
import type { JobFace } from './job.ts';
import type { EmbedderName } from './models/models.ts';
import type { WorkerPool } from './pool.ts';
import { lengthOf } from './search/distance.ts';

/** Limits of the engine's test; only tests of the test set other limits. */
export interface EngineTestLimits {
  readonly everyMs: number;
  /** Milliseconds that a caller waits at most. */
  readonly answerMs: number;
  /**
   * Milliseconds without any progress after which an engine that does not get to the test is taken to hang;
   * before, it counts as busy. A slow runtime has more time.
   */
  readonly stillMs: number;
}

/**
 * Usual limits. A container's own check waits for five seconds; 50 megapixels with 200 faces take half a
 * minute.
 */
const usualLimits: EngineTestLimits = { everyMs: 60_000, answerMs: 3_000, stillMs: 60_000 };

/**
 * Confidence that all detectors reach for the drawing, 0..1. With a higher minimum they leave it out, and it
 * can't be required.
 */
const drawnConfidence = 0.99;
/** Largest distance of the eyes found from the eyes drawn, in pixels; the mesh's are within 2. */
const maxPixelsAway = 6;

interface Tested {
  readonly modelName: EmbedderName;
  readonly detector: EngineDetector;
  readonly minConfidence: number;
}

/**
 * Tests that the engine works, with a small drawing of a face. The face must be found, with the eyes where
 * they were drawn, and its embedding must have the right length. It takes a worker about 50 ms.
 */
export class EngineTest {
  readonly #pool: WorkerPool;
  readonly #limits: EngineTestLimits;
  readonly #outcome: () => Promise<void>;
  #picture: Picture | undefined;

  constructor(pool: WorkerPool, tested: Tested, limits = usualLimits) {
    this.#pool = pool;
    this.#limits = limits;
    this.#outcome = onceIn(limits.everyMs, () => this.#run(tested));
  }

  /**
   * Returns if the last test passed, or the engine is only busy.
   * @throws BackendUnavailableError when the last test failed, or the engine hangs
   */
  async pass(): Promise<void> {
    const { answerMs, stillMs } = this.#limits;
    const outcome = this.#outcome().then(() => true);
    const hasPassed = await Promise.race([outcome, delay(answerMs, false, { ref: false })]);
    if (hasPassed || this.#pool.stillMs < this.#pool.slowness * stillMs) return;
    throw new BackendUnavailableError(
      `The face engine hangs: it has finished nothing for ${Math.round(this.#pool.stillMs / 1000)} s.`,
      10,
    );
  }

  async #run({ modelName, detector, minConfidence }: Tested): Promise<void> {
    this.#picture ??= await decodePicture(drawnFace);
    const { width, height, pixels } = this.#picture;
    const job = { picture: { width, height, pixels }, detector, models: [modelName] };
    try {
      const faces = await this.#pool.run(job, { isUrgent: true });
      if (minConfidence <= drawnConfidence) requireDrawnFace(faces, modelName);
    } catch (cause) {
      if (cause instanceof BackendUnavailableError) throw cause;
      throw new BackendUnavailableError('The face engine fails its own test.', 60, { cause });
    }
  }
}

function requireDrawnFace(faces: readonly JobFace[], model: EmbedderName): void {
  const [face] = faces;
  if (!face || faces.length > 1) throw new Error(`It finds ${faces.length} faces where one is drawn.`);
  const { left_eye, right_eye } = face.area;
  const isAt = (eye: readonly number[] | null, [x, y]: readonly [number, number]) =>
    eye !== null && Math.hypot((eye[0] as number) - x, (eye[1] as number) - y) <= maxPixelsAway;
  if (!isAt(left_eye, drawnEyes.left) || !isAt(right_eye, drawnEyes.right)) {
    throw new Error('It finds eyes where none are drawn.');
  }
  const length = lengthOf(face.embeddings[model] ?? new Float32Array());
  // Only Dlib's network gives vectors of any length.
  const isRight = model === 'Dlib' ? length > 0 && length < 10 : Math.abs(length - 1) < 1e-3;
  if (!isRight) throw new Error(`Its embedding has a length of ${length}.`);
}
