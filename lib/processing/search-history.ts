import { notComparedWarnings, requireLookBack, shownSeen } from '../blacklist/look-back.ts';
import { openStored } from '../blacklist/open-stored.ts';
import { possibleDuplicates } from '../blacklist/possible-duplicates.ts';
import type { HistoryFinds, HistorySearch } from '../contract/endpoints/search-history.ts';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { Deadline, noDeadline } from '../deadline.ts';
import { isUnusablePicture } from '../errors.ts';
import type {
  Comparison,
  FaceOptions,
  MatchResult,
  OpenedProbe,
  UsedOptions,
  WithPicture,
} from '../faces/comparing.ts';
import { processedKeyAt } from '../images/key.ts';
import type { Ports } from '../ports.ts';
import { countAfter, oldestFirst } from '../records/oldest-first.ts';
import { faceOptions, shownWarnings } from './face-options.ts';
import { openInputs } from './open-inputs.ts';

/** Milliseconds after which no further picture is compared. */
const answerMs = 8_000;
/** Milliseconds that must be left for the comparison of a picture. */
const comparisonMs = 14_000;

type Answer = Omit<HistoryFinds, 'entries' | 'time'>;

/**
 * Finds the kept pictures in which the largest face of a picture is, and the listed people whom it matches.
 * @param deadline the time by which the request must be done
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError
 * @throws LookBackOffError when kept faces are to be searched, and none are kept
 * @throws BackendUnavailableError, ThrottledError
 */
export async function searchHistory(
  ports: Ports,
  { image, by, after, limit, ...overrides }: HistorySearch,
  deadline: Deadline = noDeadline,
): Promise<HistoryFinds> {
  const started = performance.now();
  const { image: probe } = await openInputs(ports, { image }, deadline);
  const options = { ...faceOptions({ ...overrides, model_name: undefined }), deadline };
  const isKept = by ? by === 'kept_faces' : Boolean(ports.faces.lookBack?.days);
  const answer = isKept
    ? await searchKeptFaces(ports, probe, options, limit)
    : await comparePictures(ports, probe, options, { after, limit, until: soon(started, deadline) });
  const found = await probe((picture) => ports.faces.match(picture, options));
  return {
    ...answer,
    entries: await entriesOf(ports, found),
    time: (performance.now() - started) / 1000,
  };
}

/** Returns the end of the time for comparing. */
function soon(started: number, deadline: Deadline): Deadline {
  return new Deadline(() =>
    Math.min(started + answerMs - performance.now(), deadline.remainingMs() - comparisonMs),
  );
}

/** Returns the people whom the largest face matches. */
async function entriesOf(ports: Ports, { faces }: MatchResult): Promise<HistoryFinds['entries']> {
  // No entry has the id 0, so that none is left out.
  const entries = await possibleDuplicates(ports, 0, [faces[0]?.matches ?? []]);
  return entries ?? [];
}

async function searchKeptFaces(
  ports: Ports,
  probe: WithPicture,
  options: FaceOptions,
  limit: number,
): Promise<Answer> {
  const lookBack = requireLookBack(ports);
  const found = await lookBack.findLargest(probe, options);
  const { seen, total } = await shownSeen(ports, found, limit, performance.now());
  const { total: pictures } = await ports.records.listProcessed({ limit: 1, offset: 0 });
  const { compared, notCompared: not_compared } = found;
  const searched = found.pictures ?? 0;
  const others =
    `Only faces that matched nobody, of the last ${lookBack.days} days, were compared: ${searched} of ${pictures} kept pictures have such. ` +
    "Ask with 'by': 'pictures' to compare all kept pictures.";
  const more = `${total} faces match; the answer has the nearest ${limit}. Ask with a larger limit.`;
  return {
    by: 'kept_faces',
    seen,
    ...{ compared, not_compared },
    // A warning tells of the pictures that have no kept face.
    progress: { done: searched, total: searched },
    next: null,
    ...usedFields(found),
    warnings: [
      ...found.warnings,
      ...notComparedWarnings(found),
      others,
      ...(total > seen.length ? [more] : []),
    ],
  };
}

function usedFields(
  used: UsedOptions,
): Pick<Answer, 'threshold' | 'similarity_metric' | 'model' | 'warnings'> {
  const { threshold, metric: similarity_metric, model } = used;
  return { threshold, similarity_metric, model, warnings: shownWarnings(used) };
}

/** Compares the crops of the kept pictures one after the other, oldest first, until the time is up. */
async function comparePictures(
  ports: Ports,
  probe: WithPicture,
  options: FaceOptions & { readonly deadline: Deadline },
  { after, limit, until }: { after: number; limit: number; until: Deadline },
): Promise<Answer> {
  const { total } = await ports.records.listProcessed({ limit: 1, offset: 0 });
  // The options, and an error of the probe, are known before the first picture.
  const opened = await ports.faces.openProbe(probe, options);
  const answer = { seen: [] as Answer['seen'], compared: 0, not_compared: 0 };
  let last = after;
  let isDone = true;
  for await (const result of oldestFirst(ports.records, {}, after)) {
    options.deadline.refuseIfAbandoned();
    const comparison = await compareCrop(ports, opened, result);
    last = result.db_id ?? last;
    if (comparison) {
      answer.compared += 1;
      if (comparison.distance <= comparison.threshold) answer.seen.push(seenFace(result, comparison));
    } else answer.not_compared += 1;
    if (answer.seen.length === limit || !until.leaves(0)) {
      isDone = false;
      break;
    }
  }
  const done = isDone ? total : Math.min(total, total - (await countAfter(ports.records, {}, last)));
  return {
    by: 'pictures',
    ...answer,
    progress: { done, total },
    next: isDone ? null : last,
    ...usedFields(opened),
  };
}

function seenFace(
  { db_id, processing_timestamp, source }: ImageProcessingResult,
  { distance, similarity }: Comparison,
): Answer['seen'][number] {
  return { db_id: db_id ?? 0, face_index: 0, processing_timestamp, source, distance, similarity };
}

/** Returns `undefined` where there is no crop, or it shows no face. */
async function compareCrop(
  ports: Ports,
  probe: OpenedProbe,
  { cropped_face_path: path }: ImageProcessingResult,
): Promise<Comparison | undefined> {
  const key = path === null ? undefined : processedKeyAt(path);
  if (key === undefined) return undefined;
  try {
    return await probe.compare(openStored(ports, key));
  } catch (error) {
    if (isUnusablePicture(error)) return undefined;
    throw error;
  }
}
