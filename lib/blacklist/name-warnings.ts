import { log } from '../log.ts';
import type { EntryPorts } from '../ports.ts';
import type { EntryRecord } from '../records/entry.ts';
import { isExpired, whyNotInForce } from '../records/shared/in-force.ts';

/** Largest number of warnings for one entry. */
const maxWarnings = 10;

const deletion =
  'It is deleted some days after its end, its listing or its last change, whichever came last.';

/**
 * Returns a warning for each other active entry whose name differs only in case or accents, and one if the
 * entry has expired already. Returns `null` if there is none. It never throws, because the entry is kept in
 * any case.
 */
export async function entryWarnings(
  ports: Pick<EntryPorts, 'records'>,
  entry: EntryRecord,
): Promise<string[] | null> {
  const why = isExpired(entry) ? whyNotInForce({ ...entry, suspended: false }) : undefined;
  const lines = [...((await nameWarnings(ports, entry)) ?? []), ...(why ? [`${why} ${deletion}`] : [])];
  return lines.length === 0 ? null : lines;
}

async function nameWarnings(
  { records }: Pick<EntryPorts, 'records'>,
  entry: EntryRecord,
): Promise<string[] | null> {
  try {
    const lines = (await alikeEntries(records, entry)).map(
      ({ id, name }) => `Entry ${id} has the same name but for case and accents: '${name}'.`,
    );
    return lines.length === 0 ? null : lines;
  } catch (error) {
    log().warn({ err: error }, 'enrollment: names that are nearly the same could not be looked up');
    return null;
  }
}

/** Logs the ids of such entries, where no client waits for an answer. It never throws. */
export async function logAlikeEntries(
  { records }: Pick<EntryPorts, 'records'>,
  entry: EntryRecord,
): Promise<void> {
  try {
    const alikeIds = (await alikeEntries(records, entry)).map(({ id }) => id);
    if (alikeIds.length === 0) return;
    const message = 'upload: the new entry has the same name as others but for case and accents';
    log().warn({ entryId: entry.id, alikeIds }, message);
  } catch (error) {
    log().warn({ err: error }, 'upload: names that are nearly the same could not be looked up');
  }
}

async function alikeEntries(records: EntryPorts['records'], entry: EntryRecord): Promise<EntryRecord[]> {
  const alike = await records.findAlike(entry.name);
  return alike.filter(({ id }) => id !== entry.id).slice(0, maxWarnings);
}
