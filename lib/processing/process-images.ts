import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { meter } from '#metrics';
import type { Config } from '../config.ts';
import type { ProcessImagesRequest } from '../contract/endpoints/process-images.ts';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { isUnusablePicture, NoUsableImageError } from '../errors.ts';
import { processedKeys } from '../images/key.ts';
import { decodePicture } from '../inputs/decode.ts';
import type { Picture } from '../inputs/picture.ts';
import { identifierOf } from '../inputs/read.ts';
import { timed } from '../metrics/timed.ts';
import type { Ports } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import { allSettled } from '../settled.ts';
import { neededMs, noTimeLeft, storingMs } from '../time-left.ts';
import { refuseLostGallery } from './lost-gallery.ts';
import { faceOptions } from './options.ts';
import { cropFace, drawBoxes } from './render.ts';
import { shownFaces } from './shown-faces.ts';

type RenderSettings = Pick<Config, 'drawBoundingBoxes' | 'croppedFacePaddingRatio'>;

/** What a request asks for besides its pictures, and how long it may still take. */
type Asked = Omit<ProcessImagesRequest, 'images'> & { readonly remainingMs: () => number };

/**
 * Looks for listed people in each picture and keeps the results. One that can't be read has its `error` in its own result; a backend
 * or a store that fails, fails the request.
 * @param remainingMs how long the request may still take.
 * @throws NoUsableImageError when there is no picture.
 * @throws BackendUnavailableError also when nobody can be found, because the gallery is lost.
 */
export async function processImages(
  ports: Ports,
  settings: RenderSettings,
  { images, ...choices }: ProcessImagesRequest,
  remainingMs: () => number = () => Number.POSITIVE_INFINITY,
): Promise<ImageProcessingResult[]> {
  if (images.length === 0) throw new NoUsableImageError('No images provided.');
  // One request's pictures take turns with those of others, and a slow URL keeps nobody else waiting.
  const limit = pLimit(ports.pictureSlots.concurrency);
  return allSettled(
    images.map((input) =>
      limit(async () => {
        if (remainingMs() < neededMs) return unreadableResult(identifierOf(input), noTimeLeft);
        return processInput(ports, settings, input, { ...choices, remainingMs });
      }),
    ),
  );
}

async function processInput(
  ports: Ports,
  settings: RenderSettings,
  input: string,
  asked: Asked,
): Promise<ImageProcessingResult> {
  const identifier = identifierOf(input);
  try {
    const bytes = await ports.inputs.read(input);
    return await ports.pictureSlots(async () => {
      // A slow URL, or other requests' pictures, may have taken it.
      if (asked.remainingMs() < neededMs) return unreadableResult(identifier, noTimeLeft);
      const started = performance.now();
      const result = await processPicture(ports, settings, identifier, await decodePicture(bytes), asked);
      meter.worked({ ...countFaces([result]), seconds: (performance.now() - started) / 1000 });
      return result;
    });
  } catch (error) {
    if (!isUnusablePicture(error)) throw error;
    meter.unusable();
    return unreadableResult(identifier, error.message);
  }
}

/** The faces of these pictures, and those of them that matched somebody. */
export function countFaces(results: readonly Pick<ImageProcessingResult, 'faces'>[]): {
  faces: number;
  matches: number;
} {
  const faces = results.flatMap((result) => result.faces);
  return { faces: faces.length, matches: faces.filter((face) => face.blacklist_matches.length > 0).length };
}

function unreadableResult(identifier: string, error: string): ImageProcessingResult {
  return {
    image_path_or_identifier: identifier,
    faces: [],
    error,
    db_id: null,
    saved_image_path: null,
    original_image_path: null,
    processing_timestamp: null,
    has_blacklist_match: null,
    cropped_face_path: null,
  };
}

/** Matches, draws, stores the pictures, and then the record that names them; without the record, no picture stays. */
async function processPicture(
  { faces, images, records }: Ports,
  { drawBoundingBoxes, croppedFacePaddingRatio }: RenderSettings,
  identifier: string,
  picture: Picture,
  asked: Asked,
): Promise<ImageProcessingResult> {
  const pictureId = randomUUID();
  const keys = processedKeys(pictureId, new Date(), picture.format);
  const put = (...args: Parameters<typeof images.put>) => timed('store', () => images.put(...args));
  const store = async (key: string, draw: () => Promise<Uint8Array>) =>
    put(key, await timed('draw', draw), 'image/jpeg');
  try {
    // The original is written while the engine computes.
    const [found] = await allSettled([
      faces.match(picture, {
        ...faceOptions(asked),
        candidates: asked.candidates > 0,
        remainingMs: () => asked.remainingMs() - storingMs,
      }),
      put(keys.original, picture.original, `image/${picture.format}`),
    ]);
    if (!found.hasGallery) await refuseLostGallery({ records });
    const shown = await shownFaces({ images, records }, found, asked.candidates);
    const [largest] = found.faces;
    const boxes = found.faces.map(({ area }, index) => ({
      box: area,
      isMatch: (shown[index]?.blacklist_matches.length ?? 0) > 0,
    }));
    await allSettled([
      largest && store(keys.crop, () => cropFace(picture, largest.area, croppedFacePaddingRatio)),
      drawBoundingBoxes && largest && store(keys.annotated, () => drawBoxes(picture, boxes)),
    ]);
    const original = images.location(keys.original);
    const result = {
      image_path_or_identifier: identifier,
      faces: shown,
      error: null,
      saved_image_path: drawBoundingBoxes && largest ? images.location(keys.annotated) : original,
      original_image_path: original,
      has_blacklist_match: boxes.some(({ isMatch }) => isMatch),
      cropped_face_path: largest ? images.location(keys.crop) : null,
    };
    const kept = { ...result, faces: shown.map((face) => ({ ...face, candidates: null })) };
    const { id, timestamp } = await timed('store', () => records.addProcessed(pictureId, kept));
    return { ...result, db_id: id, processing_timestamp: timestamp };
  } catch (error) {
    if (!(await mayBeKept(records, pictureId))) {
      await Promise.allSettled(Object.values(keys).map((key) => images.delete(key)));
    }
    throw error;
  }
}

/** Whether there may be a record all the same: an answer can get lost. Pictures without one are found by the sweep. */
async function mayBeKept(records: RecordStore, pictureId: string): Promise<boolean> {
  try {
    return (await records.findProcessed([pictureId])).has(pictureId);
  } catch {
    return true;
  }
}
