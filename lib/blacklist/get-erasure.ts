import type { Config } from '../config.ts';
import type { Erasure } from '../contract/endpoints/get-erasure.ts';
import { dayMs } from '../days.ts';
import { ErasureNotFoundError } from '../errors.ts';
import { hasReceivers, type ReceiverSettings } from '../events/receivers.ts';
import type { ErasedCounts, ErasureRecord } from '../records/erasure.ts';
import type { RecordStore } from '../records/port.ts';
import { allMerged, decidingErasure } from './merged-entries.ts';

type Remaining = Erasure['remaining'][number];
export type ErasureSettings = Pick<Config, 'aws' | 'recoveryDays' | 'keepDays' | 'lookBackDays'> &
  ReceiverSettings;

/** Uploads are deleted a day after they came; the others are as the stack has them. */
const uploadDays = 1;
const deadLetterDays = 14;
const accessLogDays = 90;
const streamDays = 1;

/**
 * Tells what an erasure removed, and what remains where the service has no hand.
 * @throws ErasureNotFoundError
 */
export async function getErasure(
  { records }: { readonly records: Pick<RecordStore, 'getErasure' | 'mergedEntries'> },
  settings: ErasureSettings,
  entryId: number,
): Promise<Erasure> {
  const erasure = await records.getErasure(entryId);
  if (!erasure) throw new ErasureNotFoundError();
  const deciding = await decidingErasure(records, erasure);
  const isKept = deciding === undefined || deciding.history === 'keep' || deciding.finished === null;
  const removed = await removedOf(records, erasure);
  return {
    entry_id: erasure.entryId,
    history: erasure.history,
    merged_into: erasure.mergedInto ?? null,
    started_at: erasure.started,
    finished_at: erasure.finished,
    removed: Object.entries(removed).map(([place, count]) => ({ place, count })),
    remaining: remainingOf(erasure, isKept, settings),
  };
}

/** Counts what was removed of the history of merged entries too. */
async function removedOf(
  records: Pick<RecordStore, 'getErasure' | 'mergedEntries'>,
  { entryId, removed }: ErasureRecord,
): Promise<ErasedCounts> {
  let { history_records, history_pictures } = removed;
  for (const id of await allMerged(records, entryId)) {
    const merged = await records.getErasure(id);
    history_records += merged?.removed.history_records ?? 0;
    history_pictures += merged?.removed.history_pictures ?? 0;
  }
  return { ...removed, history_records, history_pictures };
}

function remainingOf(
  { started, finished, history, mergedInto }: ErasureRecord,
  isKept: boolean,
  settings: ErasureSettings,
): Remaining[] {
  const since = Date.parse(finished ?? started);
  const after = (days: number) => new Date(since + days * dayMs).toISOString();
  const isDeployed = settings.aws?.tableName !== undefined;
  return [
    ...(history === 'keep' && isKept ? [keptHistory(mergedInto)] : []),
    {
      place: 'unmatched_pictures',
      until: after(settings.keepDays.unmatched),
      note: 'Processed pictures in which the person did not match may show them all the same.',
    },
    {
      place: 'pictures_of_others',
      until: after(settings.keepDays.matched),
      note: 'Processed pictures in which others matched may show the person too.',
    },
    ...keptFacesOf(settings, after, isDeployed),
    {
      place: 'uploads',
      until: after(uploadDays),
      note: 'Pictures that were sent for a request which matched nobody, or has not come yet.',
    },
    ...(settings.aws ? [] : [inboxOfOthers]),
    ...remainingInAws(settings, after, isDeployed),
    ...(hasReceivers(settings) || isDeployed
      ? [
          {
            place: 'receivers',
            until: null,
            note: 'Receivers of events were sent entry.deleted. What they keep is theirs to delete.',
          },
        ]
      : []),
    { place: 'backups', until: null, note: 'Copies of the data that you made outside the service.' },
  ];
}

const inboxOfOthers: Remaining = {
  place: 'inbox',
  until: null,
  note: 'Only where the service may not remove files there, of which /status warns.',
};

function keptHistory(mergedInto: number | undefined): Remaining {
  const note =
    mergedInto === undefined
      ? 'It was to be kept, with names and pictures, until its own time is up.'
      : `It was merged into entry ${mergedInto}, with whose erasure its history goes.`;
  return { place: 'history', until: null, note };
}

function remainingInAws(
  settings: ErasureSettings,
  after: (days: number) => string,
  isDeployed: boolean,
): Remaining[] {
  return [
    ...(isDeployed
      ? [
          {
            place: 'point_in_time_recovery',
            until: after(settings.recoveryDays),
            note: 'The table can be restored as it was. Whoever restores it must erase the entry again.',
          },
          { place: 'table_stream', until: after(streamDays), note: 'Changes on their way to events.' },
        ]
      : []),
    ...(settings.aws
      ? [
          {
            place: 'object_versions',
            until: after(settings.recoveryDays),
            note: 'Only where the service may not delete versions: s3:DeleteObjectVersion and s3:ListBucketVersions.',
          },
          {
            place: 'dead_letters',
            until: after(deadLetterDays),
            note: 'Messages of the inbox that failed have a hash of the key. Those that wait for a function that can’t run have the key.',
          },
          {
            place: 'access_logs',
            until: after(accessLogDays),
            note: 'The bucket’s access logs have keys, if there are any: ids, and with -c accessLogs=s3 names of folders.',
          },
        ]
      : []),
  ];
}

/** Tells which faces of a look-back may remain. Those that match the person are among what was removed. */
function keptFacesOf(
  { lookBackDays }: ErasureSettings,
  after: (days: number) => string,
  isDeployed: boolean,
): Remaining[] {
  if (lookBackDays > 0) {
    const note = 'Faces kept for a look-back that were not found to be the person’s.';
    return [{ place: 'kept_faces', until: after(lookBackDays), note }];
  }
  if (!isDeployed) return [];
  const note =
    'Only where faces were kept for a look-back before, and the service may not reach their collection, which ends with -look-back.';
  return [{ place: 'kept_faces', until: null, note }];
}
