import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BackendUnavailableError } from '../../lib/errors.ts';
import type { FaceBackend } from '../../lib/faces/port.ts';
import type { Picture } from '../../lib/inputs/picture.ts';
import { pictureOfNobody, portraits, smallSample } from '../faces/samples.ts';
import { comparingSuite } from './faces/comparing.ts';
import { detectionSuite } from './faces/detection.ts';
import { enrollingSuite } from './faces/enrolling.ts';
import {
  type FaceAbilities,
  gallery,
  type OpenedFaces,
  type Setting,
  type SuitePictures,
} from './faces/fixtures.ts';
import { matchingSuite } from './faces/matching.ts';
import { overridesSuite } from './faces/overrides.ts';
import { recognitionSuite } from './faces/recognition.ts';

/** Tests the promises of `lib/faces/port.ts` on an adapter that recognizes people in photographs. */
export function faceBackendSuite(
  name: string,
  abilities: FaceAbilities,
  open: () => Promise<OpenedFaces>,
): void {
  suite(name, abilities, open, (setting) => {
    detectionSuite(setting);
    recognitionSuite(setting);
  });
}

/**
 * Tests the promises that use cases rely on: who is in the gallery, and who is reported as a match. The fake
 * backend keeps them too.
 */
export function faceBookkeepingSuite(
  name: string,
  abilities: FaceAbilities,
  open: () => Promise<OpenedFaces>,
): void {
  suite(name, abilities, open, () => {});
}

function suite(
  name: string,
  abilities: FaceAbilities,
  open: () => Promise<OpenedFaces>,
  further: (setting: () => Setting) => void,
): void {
  describe(`faces in ${name}`, () => {
    let opened: OpenedFaces;
    let setting: Setting;

    // Engines take a second to start. So the tests share one, and each test leaves its gallery empty.
    beforeAll(async () => {
      opened = await open();
      const { backend } = opened;
      setting = { abilities, backend, ...(opened.pictures ?? (await photographs(backend))) };
    });
    afterEach(async () => {
      await opened.backend.remove(await gallery(opened.backend));
      expect(await gallery(opened.backend)).toEqual([]);
    });
    afterAll(() => opened.remove());

    matchingSuite(() => setting);
    comparingSuite(() => setting);
    enrollingSuite(() => setting);
    overridesSuite(() => setting);
    defaultsSuite(() => setting);
    lifetimeSuite(open);
    further(() => setting);
  });
}

async function photographs(backend: FaceBackend): Promise<SuitePictures> {
  const [people, [, , otherPortrait], group] = await Promise.all([
    portraits(backend, 3),
    portraits(backend, 1),
    smallSample(3),
  ]);
  return { portraits: people, otherPortrait: otherPortrait as Picture, group };
}

/** Tests that matches by default follow the reported defaults. */
function defaultsSuite(get: () => Setting): void {
  test('tells what counts where nothing else is named', async () => {
    const { backend } = get();
    const { detectorBackend, metric, threshold } = await backend.match(await pictureOfNobody(), {});
    expect(backend.defaults).toMatchObject({
      detectorBackend,
      metric,
      threshold,
      defaultThreshold: threshold,
    });
  });
}

function lifetimeSuite(open: () => Promise<OpenedFaces>): void {
  test('a usable backend says so; a closed one refuses to work, and can be closed again', async () => {
    const { backend, remove } = await open();
    try {
      expect(backend.name).not.toBe('');
      expect(backend.maxImageBytes).toBeGreaterThan(1_000_000);
      await expect(backend.check()).resolves.toBeUndefined();
      await expect(backend.test()).resolves.toBeUndefined();
      await backend.close();
      await expect(backend.test()).rejects.toThrow(BackendUnavailableError);
      await expect(backend.check()).rejects.toThrow(BackendUnavailableError);
      await expect(backend.detect(await pictureOfNobody(), {})).rejects.toThrow(BackendUnavailableError);
      await expect(backend.close()).resolves.toBeUndefined();
    } finally {
      await remove();
    }
  });
}
