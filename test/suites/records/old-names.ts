import type { RecordStatus } from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';

interface Entry {
  readonly name: string;
  readonly reason: string | null;
  readonly status: RecordStatus;
}

/** Entries of an earlier version's store, in the order of their ids from 1 on. It accepted any characters. */
export const namesOfOld: readonly Entry[] = [
  { name: ' Zoe\u0308\n', reason: 'Theft.\r\n\tTwice.\u00a0', status: 'ACTIVE' },
  { name: 'Zoë', reason: null, status: 'ACTIVE' },
  { name: 'Zo\u200bë', reason: 'Fraud.', status: 'ACTIVE' },
  { name: 'Zoë (2)', reason: null, status: 'ACTIVE' },
  { name: '\u00a0', reason: null, status: 'ACTIVE' },
  { name: '\0', reason: '', status: 'ACTIVE' },
  { name: 'Going\u202e', reason: null, status: 'DELETING' },
  { name: 'Going', reason: null, status: 'PENDING' },
  { name: 'ZOE', reason: null, status: 'ACTIVE' },
  { name: `${'x'.repeat(99)}\u00e9`, reason: null, status: 'ACTIVE' },
  { name: `${'x'.repeat(99)}e\u0301`, reason: null, status: 'ACTIVE' },
  { name: 'Jane\tRoe', reason: 'Banned for life.', status: 'ACTIVE' },
];

/** The same entries after the update. */
export const namesOfNow: readonly Entry[] = [
  { name: 'Zoë', reason: 'Theft.\nTwice.', status: 'ACTIVE' },
  { name: 'Zoë (3)', reason: null, status: 'ACTIVE' },
  { name: 'Zoë (4)', reason: 'Fraud.', status: 'ACTIVE' },
  { name: 'Zoë (2)', reason: null, status: 'ACTIVE' },
  { name: 'Unnamed', reason: null, status: 'ACTIVE' },
  { name: 'Unnamed (2)', reason: '', status: 'ACTIVE' },
  { name: 'Going (2)', reason: null, status: 'DELETING' },
  { name: 'Going', reason: null, status: 'PENDING' },
  { name: 'ZOE', reason: null, status: 'ACTIVE' },
  { name: `${'x'.repeat(99)}é`, reason: null, status: 'ACTIVE' },
  { name: `${'x'.repeat(96)} (2)`, reason: null, status: 'ACTIVE' },
  { name: 'Jane Roe', reason: 'Banned for life.', status: 'ACTIVE' },
];

/** Reads a store's entries, in the order of their ids. */
export async function namesIn(store: RecordStore): Promise<Entry[]> {
  const lists = await Promise.all(
    (['PENDING', 'ACTIVE', 'DELETING'] as const).map((status) => store.listEntries(status)),
  );
  return lists
    .flat()
    .sort((one, other) => one.id - other.id)
    .map(({ name, reason, status }) => ({ name, reason, status }));
}
