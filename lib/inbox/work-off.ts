import { createHash } from 'node:crypto';
import { BackendUnavailableError } from '../errors.ts';
import { log } from '../log.ts';
import { type IndexingPorts, indexUpload, type UploadOutcome } from './index-upload.ts';

/**
 * Indexes an upload, and writes what became of it to the log. It never throws.
 *
 * The log has no keys, for people's names are in them: it calls an upload by the first 16 digits of its key's SHA-256
 * (`printf %s 'inbox/…' | sha256sum`).
 * @returns whether it is done; if not, it is to be tried again later.
 */
export async function workOff(ports: IndexingPorts, key: string): Promise<boolean> {
  const upload = createHash('sha256').update(key).digest('hex').slice(0, 16);
  try {
    logOutcome(upload, await indexUpload(ports, key));
    return true;
  } catch (error) {
    const level = error instanceof BackendUnavailableError ? 'warn' : 'error';
    log()[level]({ upload, err: error }, 'upload: it is to be tried again');
    return false;
  }
}

function logOutcome(upload: string, outcome: UploadOutcome): void {
  const { faceCount, possibleDuplicates, ...told } = {
    faceCount: undefined,
    possibleDuplicates: undefined,
    ...outcome,
  };
  const isShared = faceCount !== undefined && faceCount > 1;
  const remark = isShared && { remark: `It shows ${faceCount} faces; the largest was enrolled.` };
  const likes = possibleDuplicates?.map(({ id, similarity }) => ({ entryId: id, similarity }));
  const isWarning = outcome.outcome === 'rejected' || (likes !== undefined && likes.length > 0);
  const line = { upload, ...told, faceCount, ...remark, possibleDuplicates: likes };
  log()[isWarning ? 'warn' : 'info'](line, 'upload');
}
