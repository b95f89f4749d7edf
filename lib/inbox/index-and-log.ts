import { BackendUnavailableError } from '../errors.ts';
import { log } from '../log.ts';
import { type IndexingPorts, indexUpload, type UploadOutcome } from './index-upload.ts';
import { noteUnlikeUpload } from './unlike-uploads.ts';
import { uploadId } from './upload-id.ts';

/**
 * Outcomes of indexing: `again` asks for a later attempt, `alone` for one now, while nothing else is indexed.
 */
export type IndexingStatus = 'done' | 'left' | 'again' | 'alone';

/**
 * Indexes an upload and logs the outcome. It never throws.
 *
 * The log contains no keys, because they contain people's names. It identifies an upload by the first 16
 * digits of its key's SHA-256 (`printf %s 'inbox/…' | sha256sum`).
 * @param isAlone true if no other upload is being indexed.
 * @returns `left` if the file stays in the inbox because it may not be removed.
 */
export async function indexAndLog(
  ports: IndexingPorts,
  key: string,
  isAlone: boolean,
): Promise<IndexingStatus> {
  const upload = uploadId(key);
  try {
    const outcome = await indexUpload(ports, key, isAlone);
    if (outcome.outcome === 'postponed') return 'alone';
    logOutcome(upload, outcome);
    return outcome.outcome === 'left' || 'isLeft' in outcome ? 'left' : 'done';
  } catch (error) {
    const level = error instanceof BackendUnavailableError ? 'warn' : 'error';
    log()[level]({ upload, err: error }, 'upload: it is to be tried again');
    return 'again';
  }
}

function logOutcome(upload: string, outcome: UploadOutcome): void {
  const { faceCount, possibleDuplicates, ...fields } = {
    faceCount: undefined,
    possibleDuplicates: undefined,
    ...outcome,
  };
  const isShared = faceCount !== undefined && faceCount > 1;
  const remark = isShared && { remark: `It shows ${faceCount} faces; the largest was enrolled.` };
  const likes = possibleDuplicates?.map(({ id, similarity }) => ({ entryId: id, similarity }));
  const isUnlike = 'unlike' in outcome;
  const unlikeOthers = 'unlikeOthers' in outcome ? outcome.unlikeOthers : [];
  const isLeft = outcome.outcome === 'left' || 'isLeft' in outcome;
  const isWarning =
    isLeft ||
    'warning' in outcome ||
    isUnlike ||
    unlikeOthers.length > 0 ||
    outcome.outcome === 'rejected' ||
    (likes !== undefined && likes.length > 0);
  const line = { upload, ...fields, faceCount, ...remark, possibleDuplicates: likes };
  const advice = [
    isLeft && ': it may not be removed from the inbox; allow that, or remove it',
    isUnlike &&
      ': it looks like none of the other pictures of its entry; delete it if it shows somebody else',
    unlikeOthers.length > 0 &&
      ': pictures that the entry had look like none of its others; delete those that show somebody else',
  ];
  log()[isWarning ? 'warn' : 'info'](line, `upload${advice.filter(Boolean).join('')}`);
  if ('unlike' in outcome) noteUnlikeUpload(outcome);
  if ('unlikeOthers' in outcome) {
    for (const imageId of outcome.unlikeOthers) noteUnlikeUpload({ entryId: outcome.entryId, imageId });
  }
}
