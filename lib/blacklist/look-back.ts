import type { SeenFaces } from '../contract/look-back.ts';
import { LookBackOffError } from '../errors.ts';
import type { SeenFaces as Found, LookBack } from '../faces/look-back.ts';
import { log } from '../log.ts';
import type { EnrollingPorts, Ports } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import { listImages } from './list-images.ts';
import { openStored } from './open-stored.ts';

/** Faces in the answer to a listing. */
const seenBeforeLimit = 10;

type LookBackPorts = Pick<Ports, 'records' | 'images' | 'faces' | 'pictureSlots'>;

/**
 * Returns the look-back, if faces are kept.
 * @throws LookBackOffError
 */
export function requireLookBack({ faces }: Pick<Ports, 'faces'>): LookBack {
  const { lookBack } = faces;
  if (!lookBack || lookBack.days === 0) throw new LookBackOffError();
  return lookBack;
}

/**
 * Finds a listed person among the faces that matched nobody.
 * @param limit number of faces in the answer
 * @throws EntryNotFoundError, LookBackOffError
 * @throws BackendUnavailableError, ThrottledError
 */
export async function lookBack(ports: LookBackPorts, entryId: number, limit: number): Promise<SeenFaces> {
  const started = performance.now();
  const images = await listImages(ports.records, entryId);
  const found = await requireLookBack(ports).findReferences(
    images.map(({ id: imageId, key }) => ({ imageId, withPicture: openStored(ports, key) })),
  );
  return shownSeen(ports, found, limit, started);
}

/**
 * Finds a person who was listed just now. It never throws, because the person is listed in any case.
 * @returns `null` where no faces are kept, or they could not be searched
 */
export async function seenBefore(ports: EnrollingPorts, entryId: number): Promise<SeenFaces | null> {
  if (!ports.faces.lookBack?.days) return null;
  try {
    return await lookBack(ports, entryId, seenBeforeLimit);
  } catch (err) {
    log().warn({ err, entryId }, 'enrollment: earlier pictures could not be searched');
    return null;
  }
}

/** Converts what was found to the API's form: faces of pictures that are gone meanwhile are left out. */
export async function shownSeen(
  { records }: { readonly records: Pick<RecordStore, 'getProcessed'> },
  found: Found,
  limit: number,
  started: number,
): Promise<SeenFaces> {
  const { seen, compared, notCompared, since, ...used } = found;
  const warnings = [...used.warnings, ...notComparedWarnings(found)];
  const shown: SeenFaces['seen'] = [];
  let gone = 0;
  for (const { processedId, faceIndex, distance, similarity } of seen) {
    if (shown.length === limit) break;
    const result = await records.getProcessed(processedId);
    if (!result) {
      gone += 1;
      continue;
    }
    const { processing_timestamp, source } = result;
    shown.push({
      ...{ db_id: processedId, face_index: faceIndex, processing_timestamp, source },
      ...{ distance, similarity },
    });
  }
  return {
    total: seen.length - gone,
    seen: shown,
    faces_compared: compared,
    faces_not_compared: notCompared,
    since: since.toISOString(),
    threshold: used.threshold,
    similarity_metric: used.metric,
    model: used.model,
    warnings: warnings.length > 0 ? warnings : null,
    time: (performance.now() - started) / 1000,
  };
}

/** Says what was not compared, so that nobody takes a search of little for one of all. */
export function notComparedWarnings({
  compared,
  notCompared,
  missing,
}: Pick<Found, 'compared' | 'notCompared' | 'missing'>): string[] {
  const none =
    'No face was compared: none is kept yet. Faces are kept of pictures that are processed while LOOK_BACK_DAYS is set; those of before were not searched.';
  return [
    ...(compared === 0 && notCompared === 0 ? [none] : []),
    ...(notCompared > 0 ? [`${notCompared} kept faces were not compared: another model measured them.`] : []),
    ...(missing > 0 ? [`${missing} reference pictures were not compared: they can't be used any more.`] : []),
  ];
}
