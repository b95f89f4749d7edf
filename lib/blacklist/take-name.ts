import { setTimeout as delay } from 'node:timers/promises';
import { type Deadline, neededMs, noDeadline } from '../deadline.ts';
import { NameTakenError, SimultaneousWorkError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord, NewEntry } from '../records/entry.ts';
import { removeEntryEverywhere } from './remove.ts';

/** Milliseconds without a sign of life after which the maker of an entry counts as dead. */
const claimMs = 10_000;

/** Milliseconds for which a maker waits for another that makes an entry of its name. */
const longestWaitMs = claimMs + 2_000;

/**
 * Finds the entry of a name, or makes it. One that another process has begun may hold the name: then it waits
 * until that one is complete, or given up because its process died. Requests, the inbox and `npm run enroll`
 * have this one rule of whose name was abandoned.
 * @returns an `ACTIVE` entry that has the name, or a `PENDING` one of the caller's own. The caller completes
 *   or removes its own one, see `whileClaimed`.
 * @throws BackendUnavailableError when another process still makes an entry of the name at the end of the
 *   time
 */
export async function takeName(
  ports: EnrollingPorts,
  person: NewEntry,
  deadline: Deadline = noDeadline,
): Promise<EntryRecord> {
  const { records } = ports;
  const started = performance.now();
  for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, 1000)) {
    const made = await records.createEntry({ ...person, claimMs }).catch(ignoreNameTaken);
    if (made) return made;
    const holder = await records.findEntry(person.name);
    if (holder?.status === 'ACTIVE') return holder;
    if (holder && (await records.giveUpEntry(holder.id))) {
      await removeEntryEverywhere(ports, holder.id);
      continue;
    }
    const waitedMs = performance.now() - started;
    if (waitedMs > longestWaitMs || !deadline.leaves(neededMs + pauseMs)) {
      throw new SimultaneousWorkError('An entry of this name is being made at this moment.', claimMs / 1000);
    }
    deadline.refuseIfAbandoned();
    await delay(pauseMs);
  }
}

/** Ignores that another process has the name. */
function ignoreNameTaken(error: unknown): undefined {
  if (!(error instanceof NameTakenError)) throw error;
}

/** Renews the claim on an entry while the work lasts, so that nobody takes it for one that broke off. */
export async function whileClaimed<Result>(
  { records }: Pick<EnrollingPorts, 'records'>,
  entryId: number,
  work: () => Promise<Result>,
): Promise<Result> {
  // If it can't be renewed, the entry can't be activated once another process has taken its name.
  const renew = () => void records.renewEntry(entryId, claimMs).catch(() => undefined);
  const timer = setInterval(renew, claimMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
