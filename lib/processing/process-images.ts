import { randomUUID } from 'node:crypto';
import { meter } from '#metrics';
import type { ProcessImagesRequest } from '../contract/endpoints/process-images.ts';
import { type KeepChoice, keepChoices } from '../contract/fields.ts';
import type { BlacklistMatch, DetectedFace, ImageProcessingResult } from '../contract/shapes.ts';
import { type Deadline, neededMs, noDeadline, noTimeLeft } from '../deadline.ts';
import { DiskFullError, isUnusablePicture, NoUsableImageError } from '../errors.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import { withoutMetadata } from '../inputs/metadata.ts';
import { identifierOf } from '../inputs/read.ts';
import { log } from '../log.ts';
import { noCamera, type Origin, originOf } from '../origin.ts';
import type { Ports } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import { keepOfUpload } from '../uploads/key.ts';
import { AnswerBudget, fitted, noRoomLeft } from './answer-size.ts';
import {
  examine,
  type Input,
  isWanted,
  keep,
  type ProcessingSettings,
  type RequestOptions,
  withoutRecord,
} from './examine-picture.ts';
import { notProcessed } from './verdicts.ts';

/**
 * Looks for listed people in each picture, and stores the results. A picture that can't be read has an
 * `error` in its own result. A failure of a backend or a store fails the whole request. If the disk becomes
 * full, pictures that could not be stored have that `error`, provided that others were stored. No further
 * picture is begun when the time is up or the answer is full: those have an `error` too.
 * @param deadline the time by which the request must be done
 * @param maxAnswerBytes limit on the answer, as JSON inside of JSON
 * @param pictureIdOf gives ids to the pictures; one that was stored before keeps its first record
 * @throws NoUsableImageError when there is no picture
 * @throws DiskFullError when no picture could be stored
 * @throws ClientGoneError when nobody waits any more; what is stored by then stays
 * @throws BackendUnavailableError also when nobody can match, because the gallery is lost
 */
export async function processImages(
  ports: Ports,
  settings: ProcessingSettings,
  { images, source, references, ...choices }: ProcessImagesRequest,
  deadline: Deadline = noDeadline,
  maxAnswerBytes = Number.POSITIVE_INFINITY,
  pictureIdOf: (place: number) => string = () => randomUUID(),
): Promise<ImageProcessingResult[]> {
  if (images.length === 0) throw new NoUsableImageError('No images provided.');
  // The pictures of a request take turns with those of other requests, so a slow URL delays no other request.
  const limit = ports.pictureSlots.fairShare();
  const budget = new AnswerBudget(maxAnswerBytes);
  const results = await allOrFirstError(
    images.map((image, index) =>
      limit(async () => {
        const input = { image, origin: { source, reference: references?.[index] ?? null } };
        deadline.refuseIfAbandoned();
        if (!deadline.leaves(neededMs)) return unreadableResult(input, noTimeLeft);
        if (budget.isSpent) return unreadableResult(input, noRoomLeft);
        const keep = lesser(choices.keep, keepOfUpload(image));
        const how = { ...choices, keep, deadline, pictureId: pictureIdOf(index) };
        return budget.count(await processInput(ports, settings, input, how));
      }),
    ),
  );
  // Who was found in the others is told all the same.
  const isAnyDone = results.some((result) => 'faces' in result && result.error === null);
  const shown = results.map((result) => {
    if (!('diskFull' in result)) return result;
    if (!isAnyDone) throw result.diskFull;
    return unreadableResult(result.input, result.diskFull.message);
  });
  return [...fitted(shown, maxAnswerBytes)];
}

/** A picture whose result could not be stored. */
interface NotKept {
  readonly input: Input;
  readonly diskFull: DiskFullError;
}

async function processInput(
  ports: Ports,
  settings: ProcessingSettings,
  asked: Input,
  options: RequestOptions,
): Promise<ImageProcessingResult | NotKept> {
  let input = asked;
  try {
    const bytes = await ports.inputs.read(input.image);
    input = { ...input, origin: joinedOrigin(input.origin, originOf(bytes)) };
    const measured = await measurePicture(bytes);
    const examined = await ports.pictureSlots.run(measured.memoryBytes, async () => {
      options.deadline.refuseIfAbandoned();
      // A slow URL, or other requests' pictures, may have used up the time.
      if (!options.deadline.leaves(neededMs)) return undefined;
      const started = performance.now();
      const picture = await decodePicture(measured);
      const stored = async () =>
        ports.stripMetadata === false ? measured.original : withoutMetadata(measured, async () => picture);
      const examined = await examine(ports, settings, input, { ...picture, stored }, options);
      const { source } = input.origin;
      meter.worked({
        ...countFaces([examined.result]),
        source,
        seconds: (performance.now() - started) / 1000,
      });
      return examined;
    });
    if (!examined) return unreadableResult(input, noTimeLeft);
    // Whoever waits for the records has no picture any more, and must keep nobody from having one.
    if (examined.keys) return await keep(ports, { ...examined, keys: examined.keys });
    await forgetUpload(ports, input);
    return withoutRecord(examined);
  } catch (error) {
    if (error instanceof DiskFullError) return { input, diskFull: error };
    if (!isUnusablePicture(error)) throw error;
    meter.unusable(input.origin.source);
    if (!isWanted(options.keep, settings, false)) await forgetUpload(ports, input);
    return unreadableResult(input, error.message);
  }
}

/** Deletes the upload of a picture of which nothing is kept. A failure delays that to the end of its time. */
async function forgetUpload({ inputs }: Pick<Ports, 'inputs'>, { image }: Input): Promise<void> {
  await inputs.forget(image).catch((err: unknown) => log().warn({ err }, 'An upload could not be deleted.'));
}

/** Joins the origin that the request tells with that of the upload: the request counts more. */
function joinedOrigin(request: Origin, upload: Origin): Origin {
  return {
    source: request.source ?? upload.source,
    reference: request.reference ?? upload.reference,
  };
}

/** Counts the faces of these pictures, and the faces that matched somebody. */
export function countFaces(results: readonly Pick<ImageProcessingResult, 'faces'>[]): {
  faces: number;
  matches: number;
} {
  const faces = results.flatMap((result) => result.faces);
  return { faces: faces.length, matches: faces.filter((face) => face.blacklist_matches.length > 0).length };
}

type Told = readonly Pick<ImageProcessingResult, 'faces'>[];

/** Lists the entries that results tell of. */
export function entryIdsIn(results: Told): number[] {
  return [...new Set([...inForceIdsIn(results), ...outOfForceIdsIn(results)])];
}

/** Lists the entries that matched or nearly did. */
export function inForceIdsIn(results: Told): number[] {
  return idsOf(results, ({ blacklist_matches, near_misses, candidates }) => [
    ...blacklist_matches,
    ...(near_misses ?? []),
    ...(candidates ?? []),
  ]);
}

/** Lists the suspended and expired entries that results tell of. */
export function outOfForceIdsIn(results: Told): number[] {
  return idsOf(results, ({ out_of_force }) => out_of_force ?? []);
}

function idsOf(results: Told, matchesOf: (face: DetectedFace) => readonly BlacklistMatch[]): number[] {
  const matches = results.flatMap(({ faces }) => faces.flatMap(matchesOf));
  return [...new Set(matches.map(({ entry }) => entry.id))];
}

function unreadableResult({ image, origin }: Input, error: string): ImageProcessingResult {
  return {
    image_path_or_identifier: identifierOf(image),
    faces: [],
    error,
    db_id: null,
    saved_image_path: null,
    original_image_path: null,
    processing_timestamp: null,
    has_blacklist_match: null,
    has_near_miss: null,
    ...notProcessed,
    cropped_face_path: null,
    ...origin,
    ...noCamera,
    warnings: null,
  };
}

/** Returns the one of two wishes that keeps less. */
function lesser(one: KeepChoice, other: KeepChoice): KeepChoice {
  return keepChoices.indexOf(one) > keepChoices.indexOf(other) ? one : other;
}
