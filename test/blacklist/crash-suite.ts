import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../lib/audit/verify.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { parseConfig } from '../../lib/config.ts';
import { NameTakenError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Ports } from '../../lib/ports.ts';
import { audit, type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { childEnvironment } from '../child-environment.ts';
import {
  type Crashes,
  crashesAt,
  crashing,
  type Operation,
  operations,
  type Portraits,
  person,
} from './crashing.ts';
import type { Deployment } from './deployments.ts';
import { clear, complete, contents, empty, everything, facesAlone, matchedNames, nothing } from './stores.ts';
import { useDeployment, useTwoProcesses } from './two-processes.ts';

/** Time for one test, which starts at most this many operations and sweeps, at some 100 ms each. */
const timeout = 600_000;

const program = join(import.meta.dirname, 'crash-until-killed.ts');

type Before = 'nobody' | 'one image' | 'two images';

/**
 * An operation, the state before it, and the number of the person's images once it has made the calls `done`.
 */
interface Expectation {
  readonly operation: Operation;
  readonly before: Before;
  images(done: readonly string[]): number;
  /** Calls that it makes in any case. */
  readonly calls: readonly string[];
}

const enrolling = ['records.createImage', 'images.put', 'faces.enroll', 'records.activateImage'];

const expectations: readonly Expectation[] = [
  {
    operation: 'create',
    before: 'nobody',
    images: (done) => (done.includes('records.activateEntry') ? 2 : 0),
    calls: ['records.createEntry', ...enrolling, 'records.activateEntry'],
  },
  {
    operation: 'add',
    before: 'one image',
    images: (done) => 1 + done.filter((call) => call === 'records.activateImage').length,
    calls: enrolling,
  },
  {
    operation: 'deleteImage',
    before: 'two images',
    images: (done) => (done.includes('records.withdrawImage') ? 1 : 2),
    calls: ['records.withdrawImage', 'faces.remove', 'images.erase', 'records.removeImage'],
  },
  {
    operation: 'delete',
    before: 'two images',
    images: (done) => (done.includes('records.markEntryDeleting') ? 0 : 2),
    calls: ['records.markEntryDeleting', 'faces.remove', 'images.erase', 'records.removeEntry'],
  },
];

type Kill = readonly [operation: Operation, moment: string, images: number];

/**
 * Some moments at which real processes are killed, and the images that the person has after the sweep. There
 * the faces and the records disagree.
 */
const killsAmongFaces: readonly Kill[] = [
  ['create', 'after faces.enroll', 0],
  ['create', 'after records.activateEntry', 2],
  ['add', 'after faces.enroll', 1],
  ['deleteImage', 'after records.withdrawImage', 1],
  ['delete', 'after faces.remove', 0],
];

/** Moments at which a killed process may also leave files and a database of its own half-written. */
const killsAmongFiles: readonly Kill[] = [
  ['create', 'after images.put', 0],
  ['create', 'after records.activateImage', 0],
  ['deleteImage', 'after images.erase', 1],
  ['delete', 'after images.erase', 0],
];

/** Lists the calls that were done by the last of the moments. */
function doneBy(moments: readonly string[]): string[] {
  return moments.flatMap((moment) => (moment.startsWith('after ') ? moment.slice('after '.length) : []));
}

/** Ports and pictures of one test. */
interface Used {
  readonly living: Ports;
  readonly portraits: Portraits;
}

function list({ living }: Used, ...pictures: Uint8Array[]) {
  const files = pictures.map((bytes) => ({ fileName: 'a.jpg', bytes }));
  return createEntry(living, person, files);
}

async function prepare(used: Used, before: Before): Promise<void> {
  await empty(used.living);
  const { listed, other } = used.portraits;
  if (before === 'one image') await list(used, other);
  if (before === 'two images') await list(used, listed, other);
}

/** Sweeps, and expects this many images of the person in every store, and nothing else. */
async function expectAfterSweep(used: Used, images: number, moment: string): Promise<void> {
  const report = await sweep(used.living, everything());
  expect(report, moment).toMatchObject({ reEnrolled: 0, damaged: 0, failed: 0, isComplete: true });
  const left = images === 0 ? nothing : complete({ [person.name]: images });
  expect(await contents(used.living), moment).toEqual(left);
  const { listed, other } = used.portraits;
  const matched = [...(await matchedNames(used.living, listed)), ...(await matchedNames(used.living, other))];
  expect(matched, moment).toEqual(Array(images).fill(person.name));
  const again = list(used, other);
  if (images === 0) await expect(again, moment).resolves.toMatchObject({ ...person, image_count: 1 });
  else await expect(again, moment).rejects.toThrow(NameTakenError);
}

/**
 * Tests the traces that crashes leave of operations on listed people, and the sweep that removes them. Those
 * in this process have a fake engine; processes that are killed have their own.
 */
export function crashSuite(start: () => Promise<Deployment>, crashes: Crashes): void {
  const deployment = useDeployment(start);
  crashTests(deployment, crashes);
  killTests(deployment, crashes === 'all' ? [...killsAmongFaces, ...killsAmongFiles] : killsAmongFaces);

  it('leaves the audit trail whole, after all these crashes and kills', async () => {
    const { lines, faults } = await verifyAudit(await audit(parseConfig(deployment().settings)));
    expect(faults).toEqual([]);
    expect(lines).toBeGreaterThan(100);
  });
}

function crashTests(deployment: () => Deployment, crashes: Crashes): void {
  const used = useTwoProcesses(deployment);

  /**
   * Does an operation up to the moment with this number, or to its end. Returns the moments that there were.
   */
  const crashAt = async (operation: Operation, moment: number): Promise<readonly string[]> => {
    const crash = crashing(used.dying, moment);
    await Promise.race([crash.crashed, operations[operation](crash.ports, used.portraits)]);
    return crash.moments;
  };

  describe.each(expectations)('a crash before or after any change by $operation', (expectation) => {
    it('leaves nothing half-done after the sweep', { timeout }, async () => {
      await prepare(used, expectation.before);
      const all = await crashAt(expectation.operation, Number.POSITIVE_INFINITY);
      expect(doneBy(all)).toEqual(expect.arrayContaining([...expectation.calls]));
      // A crash before a change leaves the same as one after the previous change.
      for (const [number, moment] of [[0, all[0] ?? ''] as const, ...crashesAt(all, crashes)]) {
        await prepare(used, expectation.before);
        const moments = await crashAt(expectation.operation, number);
        expect(moments).toEqual(all.slice(0, number + 1));
        await expectAfterSweep(used, expectation.images(doneBy(moments)), moment);
      }
    });
  });

  describe('a crash after any change by a sweep', () => {
    const strayKey = 'processed/2026-01-31/stray-original.jpg';

    /** Leaves something to do for each part of the sweep. */
    const leaveWork = async () => {
      await empty(used.living);
      const { id } = await list(used, used.portraits.other);
      const [image] = await used.living.records.listImages(id);
      if (!image) throw new Error('The entry has no image.');
      await used.living.faces.remove([{ entryId: id, imageId: image.id, faceId: image.face?.id ?? null }]);
      for (const imageId of ['deleted', 'stray']) {
        await used.living.faces.enroll(await decodePicture(used.portraits.listed), { entryId: id, imageId });
        await used.living.images.put(`blacklist/${id}/${imageId}.jpg`, used.portraits.listed, 'image/jpeg');
      }
      const key = `blacklist/${id}/deleted.jpg`;
      await used.living.records.createImage({ id: 'deleted', entryId: id, key, file: null });
      await used.living.records.markImageDeleting('deleted');
      await used.living.records.createEntry({ name: 'John Doe', reason: null });
      await used.living.images.put(strayKey, used.portraits.listed, 'image/jpeg');
    };

    it('is made good by the next one', { timeout }, async () => {
      await leaveWork();
      const all = await crashAt('sweep', Number.POSITIVE_INFINITY);
      const calls = ['faces.remove', 'images.delete', 'faces.enroll', 'records.replaceFace'];
      expect(doneBy(all)).toEqual(expect.arrayContaining(calls));
      for (const [number, moment] of crashesAt(all, crashes)) {
        await leaveWork();
        await crashAt('sweep', number);
        const report = await sweep(used.living, everything());
        expect(report, moment).toMatchObject({ damaged: 0, failed: 0, isComplete: true });
        expect(await contents(used.living), moment).toEqual(complete({ [person.name]: 1 }));
        expect(await used.living.images.get(strayKey), moment).toBeUndefined();
        expect(await matchedNames(used.living, used.portraits.other), moment).toEqual([person.name]);
      }
    });
  });
}

function killTests(deployment: () => Deployment, kills: readonly Kill[]): void {
  describe('a process that is killed', () => {
    const used = {} as { living: OpenedPorts; portraits: Portraits };

    beforeAll(async () => {
      used.living = await ports(parseConfig(deployment().settings));
      used.portraits = await facesAlone(used.living);
    });
    afterAll(() => used.living.close());
    afterEach(() => clear(used.living));

    const killAt = async (operation: Operation, moment: string) => {
      const files = [
        join(deployment().folder, 'listed.jpg'),
        join(deployment().folder, 'other.jpg'),
      ] as const;
      await writeFile(files[0], used.portraits.listed);
      await writeFile(files[1], used.portraits.other);
      const child = spawn(process.execPath, [program, operation, moment, ...files], {
        env: { ...childEnvironment, LOG_LEVEL: 'silent', ...deployment().settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [[, signal], errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
      expect(signal, errors).toBe('SIGKILL');
    };

    it.each(kills)(
      'in %s, %s, leaves nothing half-done after the sweep',
      async (operation, moment, images) => {
        const expectation = expectations.find((one) => one.operation === operation);
        if (!expectation) throw new Error('There is no such operation.');
        await prepare(used, expectation.before);
        await killAt(operation, moment);
        await expectAfterSweep(used, images, moment);
      },
    );
  });
}
