import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { foldedName } from '../../../lib/names/folded-name.ts';
import { personName } from '../../../lib/people/person-name.ts';
import { listEntries } from './api/endpoints.ts';
import { isOutOfForce } from './model/person.ts';
import { texts } from './texts.ts';

/** Fault of a name, and the entry that has it. */
export interface NameFault {
  readonly text: string;
  readonly entry?: Pick<BlacklistRecord, 'id' | 'name'>;
}

/** Number of entries that are looked through for a name. */
const lookedThrough = 200;

async function entriesCalled(name: string): Promise<readonly BlacklistRecord[]> {
  const { items } = await listEntries({ query: name.trim(), sort: 'name', limit: lookedThrough });
  return items.filter((entry) => foldedName(entry.name) === foldedName(personName(name) ?? name));
}

/** Tells who has a name that the service refused. It never throws. */
export async function takenBy(name: string): Promise<NameFault> {
  const entries = await entriesCalled(name).catch(() => []);
  const entry = entries.find((one) => one.name === personName(name));
  if (entry === undefined) return { text: texts.people.nameTaken };
  return { text: isOutOfForce(entry) ? texts.people.nameOutOfForce : texts.people.nameTaken, entry };
}

/**
 * Finds the entries out of force whose name differs in case or accents alone.
 *
 * @throws what `call` throws
 */
export async function nearlyCalled(name: string): Promise<readonly BlacklistRecord[]> {
  const entries = await entriesCalled(name);
  return entries.filter((entry) => isOutOfForce(entry) && entry.name !== personName(name));
}
