import { log } from '../log.ts';
import type { EntryPorts } from '../ports.ts';
import type { EntryRecord } from '../records/port.ts';

/** At most so many others are told. */
const maxWarnings = 10;

/**
 * One line for each other entry that is shown and whose name differs from this one's only in case or accents; `null` when there is none. It
 * never throws, for the entry is kept whatever becomes of it.
 */
export async function nameWarnings(
  { records }: Pick<EntryPorts, 'records'>,
  entry: EntryRecord,
): Promise<string[] | null> {
  try {
    const alike = await records.findAlike(entry.name);
    const others = alike.filter(({ id }) => id !== entry.id).slice(0, maxWarnings);
    const lines = others.map(
      ({ id, name }) => `Entry ${id} has the same name but for case and accents: '${name}'.`,
    );
    return lines.length === 0 ? null : lines;
  } catch (error) {
    log().warn({ err: error }, 'enrollment: names that are nearly the same could not be looked up');
    return null;
  }
}
