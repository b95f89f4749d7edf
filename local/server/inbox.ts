import { setTimeout as delay } from 'node:timers/promises';
import { type FolderInbox, type InboxListing, openFolderInbox } from '../../lib/inbox/folder.ts';
import { type IndexingStatus, indexAndLog } from '../../lib/inbox/index-and-log.ts';
import { log } from '../../lib/log.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import { userName } from '../../lib/user-name.ts';
import type { DataFolderClaim } from './data-folder-claim.ts';

/**
 * Interval at which the folder is listed. Listing works on every file system, unlike listening for changes,
 * and the inbox is empty most of the time.
 */
const pollEveryMs = 1_000;
const firstPauseMs = 5_000;
const longestPauseMs = 5 * 60_000;

interface Failed {
  readonly times: number;
  /** Time of `performance.now()` from which it is tried again. */
  readonly from: number;
}

/**
 * Indexes what is in the folder `inbox` of the data folder now, and what is put there later, until it is
 * told to stop; the pictures that are being indexed then are finished first. What fails stays where it is,
 * and is tried again after a pause that doubles. What could not be removed afterwards is not indexed.
 * @param claim without it, nothing is indexed: another process does it, and this one takes over when that
 * ends. So a note of a run that is not this one's is of one that has ended.
 * @throws BackendUnavailableError when the folder can't be made.
 */
export async function watchInboxFolder(
  ports: EnrollingPorts,
  dataDir: string,
  claim: DataFolderClaim,
  signal: AbortSignal,
): Promise<void> {
  const inbox = openFolderInbox(dataDir);
  const tell = listingLog();
  let failures: ReadonlyMap<string, Failed> = new Map();
  let isReadable = true;
  let isWaiting = false;
  while (!signal.aborted) {
    try {
      // Listed also while another process has it: what has settled by then is known when this one takes over.
      const listing = await inbox.list();
      if (claim.take()) {
        tell(listing);
        failures = await indexFiles(ports, inbox, listing.settled, failures, signal);
      } else if (!isWaiting) {
        log().info('inbox: another process indexes it; this one takes over when it ends');
        isWaiting = true;
      }
      isReadable = true;
    } catch (error) {
      if (isReadable) log().error({ err: error }, 'The inbox cannot be read.');
      isReadable = false;
    }
    await delay(pollEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Indexes files; returns those that failed, now or earlier. */
async function indexFiles(
  ports: EnrollingPorts,
  inbox: FolderInbox,
  keys: readonly string[],
  failures: ReadonlyMap<string, Failed>,
  signal: AbortSignal,
): Promise<Map<string, Failed>> {
  const limit = ports.pictureSlots.fairShare();
  const failed = new Map<string, Failed>();
  const alone: string[] = [];
  const end = (key: string, end: IndexingStatus) => {
    if (end === 'alone') alone.push(key);
    if (end !== 'left' && end !== 'again') return;
    const times = (failures.get(key)?.times ?? 0) + 1;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (times - 1));
    failed.set(key, { times, from: performance.now() + pause });
  };
  const work = async (key: string) => {
    const before = failures.get(key);
    const isTooEarly = before && before.from > performance.now();
    if (!signal.aborted && !isTooEarly) end(key, await indexAndLog({ ...ports, inbox }, key, false));
    else if (before) failed.set(key, before);
  };
  await Promise.all(keys.map((key) => limit(() => work(key))));
  // These were being indexed when the process ended, and one of them may have been the reason. Taken one by
  // one, only that one ends it again.
  for (const key of alone) if (!signal.aborted) end(key, await indexAndLog({ ...ports, inbox }, key, true));
  return failed;
}

/**
 * Logs the results of listings. It names each file that is passed over once, and counts files that can't be
 * used whenever their number changes.
 */
function listingLog(): (listing: InboxListing) => void {
  const logged = new Set<string>();
  let counts = '0 0';
  return ({ passedOver, unremovable, unreadable }) => {
    for (const label of passedOver) {
      if (logged.has(label)) continue;
      logged.add(label);
      log().info({ passedOver: label }, 'inbox: passed over, for it is no person’s folder and no picture');
    }
    const now = `${unremovable.length} ${unreadable.length}`;
    if (now !== counts && (unremovable.length > 0 || unreadable.length > 0)) {
      const advice = `inbox: ${userName()} may not remove or read what is in it: give this user the right to, or take it out of the inbox; until then it is not listed`;
      log().warn({ unremovable: unremovable.length, unreadableFolders: unreadable.length }, advice);
    }
    counts = now;
  };
}
