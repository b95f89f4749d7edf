import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type FolderInbox, openFolderInbox } from '../../lib/inbox/folder.ts';
import { workOff } from '../../lib/inbox/work-off.ts';
import { log } from '../../lib/log.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';

/** Looking, not listening: it works on every file system, and the inbox is empty most of the time. */
const lookEveryMs = 1_000;
const firstPauseMs = 5_000;
const longestPauseMs = 5 * 60_000;

interface Failed {
  readonly times: number;
  /** `performance.now()` from which on it is tried again. */
  readonly from: number;
}

/**
 * Indexes what is in the folder `inbox` of the data folder now, and what is put there later, until it is told to stop; the pictures that
 * are being indexed then are finished first. What fails stays where it is, and is tried again after a pause that doubles.
 * @throws BackendUnavailableError when the folder can't be made.
 */
export async function watchInboxFolder(
  ports: EnrollingPorts,
  dataDir: string,
  signal: AbortSignal,
): Promise<void> {
  const inbox = openFolderInbox(dataDir);
  let failures: ReadonlyMap<string, Failed> = new Map();
  let isReadable = true;
  while (!signal.aborted) {
    try {
      failures = await workOffFolder(ports, inbox, failures, signal);
      isReadable = true;
    } catch (error) {
      if (isReadable) log().error({ err: error }, 'The inbox cannot be read.');
      isReadable = false;
    }
    await delay(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Returns what has failed, now or before. */
async function workOffFolder(
  ports: EnrollingPorts,
  inbox: FolderInbox,
  failures: ReadonlyMap<string, Failed>,
  signal: AbortSignal,
): Promise<Map<string, Failed>> {
  const limit = pLimit(ports.pictureSlots.concurrency);
  const failed = new Map<string, Failed>();
  const work = async (key: string) => {
    const before = failures.get(key);
    const isTooEarly = before && before.from > performance.now();
    if (signal.aborted || isTooEarly) {
      if (before) failed.set(key, before);
    } else if (!(await workOff({ ...ports, inbox }, key))) {
      const times = (before?.times ?? 0) + 1;
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (times - 1));
      failed.set(key, { times, from: performance.now() + pause });
    }
  };
  await Promise.all((await inbox.listSettled()).map((key) => limit(() => work(key))));
  return failed;
}
