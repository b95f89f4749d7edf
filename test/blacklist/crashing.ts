import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { deleteImage } from '../../lib/blacklist/delete-image.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import type { Ports } from '../../lib/ports.ts';
import type { EntryRecord } from '../../lib/records/entry.ts';
import { everything, slots } from './slots.ts';
import { isListing, watched } from './steps.ts';

/** Use cases that stop for ever at one moment, as if the process were killed. */

/**
 * Ports that crash. There is a moment before and after every call, such as `before images.put`; the first one
 * has the number 0.
 */
export interface Crashing {
  readonly ports: Ports;
  /** Moments that there were, up to that of the crash. */
  readonly moments: readonly string[];
  /** Resolves at that moment, once nothing is under way any more. From then on the ports do nothing. */
  readonly crashed: Promise<void>;
}

/**
 * Wraps ports so that they crash at one moment.
 *
 * @param at number of the moment, or its name; then it is the first of this name
 * @param crash called at that moment; by default the ports only act as if the process were dead
 */
export function crashing(ports: Ports, at: number | string, crash: () => void = () => {}): Crashing {
  const moments: string[] = [];
  const { promise: crashed, resolve } = Promise.withResolvers<void>();
  const forEver = new Promise<never>(() => {});
  let isDead = false;
  let underWay = 0;
  const pass = async (moment: string) => {
    // A claim is renewed by the clock: how often depends on the machine, which would shift the numbers.
    if (!isDead && !moment.endsWith(' records.renewEntry')) {
      moments.push(moment);
      isDead = typeof at === 'number' ? moments.length > at : moment === at;
      if (isDead) crash();
    }
    if (!isDead) return;
    // The stores may finish what a killed process has begun.
    if (underWay === 0) resolve();
    await forEver;
  };
  const watcher = {
    async before(call: string) {
      await pass(`before ${call}`);
      // A listing goes on while its results are used, and changes nothing.
      if (!isListing(call)) underWay += 1;
    },
    async after(call: string) {
      if (!isListing(call)) underWay -= 1;
      await pass(`after ${call}`);
    },
  };
  // A crashed process gives no slots back, so it has slots of its own. There is only one, so that the moments
  // are the same each time.
  return { ports: { ...watched(ports, watcher), pictureSlots: slots(1) }, moments, crashed };
}

/**
 * Checks if a moment comes after a call that may have changed a store. Crashes at any moment between two
 * changes leave the same traces.
 */
export function isChange(moment: string): boolean {
  return (
    moment.startsWith('after ') &&
    !/\.(list|get|find|count|last|merged|mergeClaim|unknown|unsettled)/.test(moment)
  );
}

/** Changes after which an operation crashes: all of them, or only the first by each of the ports' methods. */
export type Crashes = 'all' | 'first by each method';

/** Gives those changes, with their numbers, among the moments of an operation. */
export function crashesAt(moments: readonly string[], crashes: Crashes): [number: number, moment: string][] {
  const isFirst = (moment: string, number: number) => moments.indexOf(moment) === number;
  return [...moments.entries()].filter(
    ([number, moment]) => isChange(moment) && (crashes === 'all' || isFirst(moment, number)),
  );
}

/** Pictures of one face each. */
export interface Portraits {
  readonly listed: Buffer;
  readonly other: Buffer;
}

export const person = { name: 'Jane Roe', reason: 'Theft.' };

/** Operations on the listed person. */
export const operations = {
  async create(ports: Ports, { listed, other }: Portraits): Promise<void> {
    await createEntry(ports, person, [file(listed), file(other)]);
  },
  async add(ports: Ports, { listed, other }: Portraits): Promise<void> {
    await addImages(ports, (await listedPerson(ports)).id, [file(listed), file(other)]);
  },
  async deleteImage(ports: Ports): Promise<void> {
    const { id } = await listedPerson(ports);
    const [, image] = await ports.records.listImages(id);
    await deleteImage(ports, id, image?.id ?? '');
  },
  async delete(ports: Ports): Promise<void> {
    await deleteEntry(ports, (await listedPerson(ports)).id);
  },
  async sweep(ports: Ports): Promise<void> {
    await sweep(ports, everything());
  },
};

export type Operation = keyof typeof operations;

function file(bytes: Uint8Array) {
  return { fileName: 'a.jpg', bytes };
}

async function listedPerson({ records }: Ports): Promise<EntryRecord> {
  const [entry] = await records.listEntries('ACTIVE');
  if (!entry) throw new Error('Nobody is listed.');
  return entry;
}
