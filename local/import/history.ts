import { createHash } from 'node:crypto';
import { batches } from '../../lib/batches.ts';
import { isUnusablePicture } from '../../lib/errors.ts';
import { processedKeys } from '../../lib/images/key.ts';
import type { ImageStore } from '../../lib/images/port.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import { withoutMetadata } from '../../lib/inputs/metadata.ts';
import { identifierOf } from '../../lib/inputs/read.ts';
import { allOrFirstError } from '../../lib/promises.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import type { ProcessedResult } from '../../lib/records/processed.ts';
import { uuidOfHash } from '../../lib/uuid.ts';
import { readPictureFile } from '../picture-file.ts';
import type { TakenEntry } from './entries.ts';
import type { ImportJournal } from './journal.ts';
import type { OldDatabase, OldPicture } from './old-database.ts';
import type { OldPaths } from './old-paths.ts';
import { type MatchedEntry, oldAnswer } from './old-result.ts';
import { oldTime } from './old-time.ts';
import type { ImportReport } from './report.ts';

/** Number of pictures whose copies are written at the same time. */
const batchSize = 8;
/** Details of an entry that the old service did not have. */
const noDetails = { severity: null, category: null, notes: null, expires_at: null } as const;
const awsPrefix = 'aws_rekognition_external_id:';

/** Stores and facts that the history needs. */
export interface HistorySource {
  readonly database: OldDatabase;
  readonly paths: OldPaths;
  readonly taken: readonly TakenEntry[];
  /** Time of pictures before the first one whose time can be read. */
  readonly fallback: Date;
  readonly maxImageBytes: number;
}

/** Stores that the history goes to. */
export interface HistoryStores {
  readonly records: RecordStore;
  readonly images: ImageStore;
  /** False where pictures are stored as they are, with all their metadata. */
  readonly stripMetadata?: boolean;
}

/**
 * Takes over the processed pictures in the order of their ids, with their times, results and files. Nobody is
 * told of their matches. Those that were deleted here since an earlier run do not come back.
 * @param advance is called for each picture that was handled
 * @throws BackendUnavailableError, ThrottledError, DiskFullError
 */
export async function takeHistory(
  stores: HistoryStores,
  source: HistorySource,
  journal: ImportJournal,
  report: ImportReport,
  advance: () => void,
): Promise<void> {
  const entryOf = entryFinder(source.taken);
  let last = source.fallback;
  for await (const batch of batches(source.database.pictures(), batchSize)) {
    const known = await stores.records.findProcessed(batch.map(pictureIdOf));
    const timed = batch.map((picture) => {
      const time = oldTime(picture.processing_timestamp);
      const isFuture = time !== undefined && time.getTime() > Date.now();
      if (!time || isFuture) {
        report.remarks.push(
          `${labelOf(picture)}: Its time '${picture.processing_timestamp ?? ''}' ${isFuture ? 'is in the future' : "can't be read"}; that of the picture before takes its place.`,
        );
      }
      last = isFuture || !time ? last : time;
      return { picture, time: last };
    });
    const results = await allOrFirstError(
      timed.map(async ({ picture, time }) => {
        const id = pictureIdOf(picture);
        if (known.has(id) || journal.hasPicture(id)) return undefined;
        return resultOf(stores, source, picture, time, entryOf, report);
      }),
    );
    for (const [index, result] of results.entries()) {
      const { picture, time } = timed[index] as (typeof timed)[number];
      if (result) await addPicture(stores.records, picture, result, time, report);
      else report.historyPresent += 1;
      journal.addPicture(pictureIdOf(picture));
      advance();
    }
  }
}

async function addPicture(
  records: RecordStore,
  picture: OldPicture,
  result: ProcessedResult,
  time: Date,
  report: ImportReport,
): Promise<void> {
  const { id } = await records.addProcessed(pictureIdOf(picture), result, time);
  report.historyAdded += 1;
  if (id !== Number(picture.id)) report.historyRenumbered += 1;
}

function labelOf({ id }: OldPicture): string {
  return `processed picture ${id}`;
}

/** Computes the id of a picture, which is the same in every run. */
function pictureIdOf(picture: OldPicture): string {
  const { id, processing_timestamp, saved_image_path, input_identifier } = picture;
  const facts = [id, processing_timestamp, saved_image_path, input_identifier];
  return uuidOfHash(createHash('sha256').update(JSON.stringify(facts)).digest());
}

async function resultOf(
  stores: HistoryStores,
  source: HistorySource,
  picture: OldPicture,
  time: Date,
  entryOf: (identity: string) => MatchedEntry,
  report: ImportReport,
): Promise<ProcessedResult> {
  const { result_json: json, has_blacklist_match: flag, input_identifier: input } = picture;
  const answer = oldAnswer(json, entryOf);
  if (!answer)
    report.remarks.push(`${labelOf(picture)}: Its result can't be read, so it is kept without faces.`);
  const copy = async (path: string | null, variant: 'annotated' | 'crop') =>
    path?.trim() ? copyPicture(stores, source, { picture, path, variant, time }, report) : null;
  return {
    image_path_or_identifier: identifierOf(input ?? answer?.identifier ?? ''),
    faces: answer?.faces ?? [],
    error: answer?.error ?? null,
    saved_image_path: await copy(picture.saved_image_path, 'annotated'),
    // The old service kept no picture without boxes.
    original_image_path: null,
    has_near_miss: null,
    verdict: null,
    verdict_reasons: null,
    has_blacklist_match: flag === null ? (answer?.has_blacklist_match ?? null) : isTrue(flag),
    cropped_face_path: await copy(picture.cropped_face_path, 'crop'),
    source: null,
    reference: null,
    camera: null,
    track: null,
    warnings: answer ? null : ['The result of the old service could not be read.'],
  };
}

function isTrue(flag: string): boolean {
  return /^(1|true|t|yes)$/i.test(flag.trim());
}

/** Copies a picture's file, and returns its new location; null if there is none to copy. */
async function copyPicture(
  { images, stripMetadata }: HistoryStores,
  { paths, maxImageBytes }: HistorySource,
  copied: { picture: OldPicture; path: string; variant: 'annotated' | 'crop'; time: Date },
  { remarks }: ImportReport,
): Promise<string | null> {
  const { picture, path, variant, time } = copied;
  const name = variant === 'crop' ? 'cropped face' : 'picture';
  const file = paths.file(path);
  if (file === undefined) {
    remarks.push(
      `${labelOf(picture)}: The ${name} ${path} is not there. Its result is kept without it.${paths.adviceOn(path)}`,
    );
    return null;
  }
  try {
    const bytes = await readPictureFile(file, maxImageBytes);
    const measured = await measurePicture(bytes);
    const { format } = measured;
    const stored =
      stripMetadata === false ? bytes : await withoutMetadata(measured, () => decodePicture(measured));
    const key = processedKeys(pictureIdOf(picture), time, format, format)[variant];
    await images.put(key, stored, `image/${format}`);
    return images.location(key);
  } catch (error) {
    if (!isUnusablePicture(error)) throw error;
    remarks.push(`${labelOf(picture)}: The ${name} ${path} can't be used. ${error.message}`);
    return null;
  }
}

/**
 * Makes the search for the entry that a match's `identity` names: by Rekognition's external id, by the
 * reference picture's folder, or by a folder of the entry's id.
 */
export function entryFinder(taken: readonly TakenEntry[]): (identity: string) => MatchedEntry {
  const byFolder = new Map<string, TakenEntry>();
  const byId = new Map<string, TakenEntry>();
  for (const person of taken) {
    const { id, folderName, folders } = person.planned;
    if (id !== undefined) byId.set(String(id), person);
    if (folderName !== undefined) byFolder.set(folderName, person);
    for (const folder of folders) byFolder.set(folder.split('/').at(-1) ?? '', person);
  }
  return (identity) => {
    const isExternal = identity.startsWith(awsPrefix);
    const names = isExternal ? [identity.slice(awsPrefix.length)] : foldersBelowRoot(identity);
    const find = isExternal ? [byId] : [byFolder, byId];
    const [person] = names.flatMap((name) => find.flatMap((people) => people.get(name) ?? []));
    if (person) {
      const { id, name, reason } = person.entry;
      return { ...noDetails, id, name, reason };
    }
    // The entry was deleted at the old service. Somebody else may get its id here, so the match gets none.
    return { ...noDetails, id: 0, name: `Deleted entry ${names[0] ?? ''}`.trim(), reason: null };
  };
}

/** Lists the folders of a reference picture's path, from the inmost to the one below the folder of all. */
function foldersBelowRoot(identity: string): string[] {
  const folders = identity.replaceAll('\\', '/').split('/').slice(0, -1);
  return folders.slice(folders.lastIndexOf('blacklist_db') + 1).reverse();
}
