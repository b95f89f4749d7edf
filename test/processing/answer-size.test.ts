import { describe, expect, it } from 'vitest';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { resultExample } from '../../lib/contract/examples.ts';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { noDeadline } from '../../lib/deadline.ts';
import { fitted, noRoomLeft } from '../../lib/processing/answer-size.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { useStores } from '../blacklist/stores.ts';
import { defaultSettings } from '../fakes/settings.ts';

const stores = useStores();

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

describe('an answer with a limit', () => {
  it('begins no further picture once it is nearly full, and tells of all that was kept', async () => {
    const { ports, pictures } = stores;
    const settings = defaultSettings;
    const images = Array.from({ length: 30 }, () => pictures.listed.toString('base64'));
    const request = ProcessImagesRequest.parse({ images });
    const count = async () => (await ports.records.listProcessed({ limit: 1, offset: 0 })).total;
    const [alone] = await processImages(ports, settings, { ...request, images: images.slice(0, 1) });
    const before = await count();
    // Results without faces are short, and 30 of them need room too.
    const maxBytes = 10 * bytesOf(alone) + 30 * 900;
    const results = await processImages(ports, settings, request, noDeadline, maxBytes);
    const done = results.filter(({ error }) => error === null);
    expect(done.length).toBeGreaterThanOrEqual(8);
    expect(await count()).toBe(before + done.length);
    expect(done.every(({ db_id }) => db_id !== null)).toBe(true);
    const left = results.slice(done.length);
    expect(left.length).toBeGreaterThan(0);
    expect(new Set(left.map(({ error }) => error))).toEqual(new Set([noRoomLeft]));
    expect(bytesOf(results)).toBeLessThanOrEqual(maxBytes);
  });

  it('keeps the best match of each entry of a picture that would not fit alone, and says so', () => {
    const [face] = resultExample.faces as ImageProcessingResult['faces'];
    const match = face?.blacklist_matches[0];
    if (!face || !match) throw new Error('The example has no match.');
    const matchOf = (id: number) => ({ ...match, entry: { ...match.entry, id } });
    const matches = [...Array.from({ length: 4000 }, () => matchOf(1)), matchOf(2), matchOf(3)];
    const result: ImageProcessingResult = {
      ...(resultExample as ImageProcessingResult),
      faces: [{ ...face, blacklist_matches: matches }],
    };
    const small = resultExample as ImageProcessingResult;
    const maxBytes = 100_000;
    const shown = fitted([result, small], maxBytes);
    expect(bytesOf(shown)).toBeLessThanOrEqual(maxBytes);
    const kept = shown[0]?.faces[0]?.blacklist_matches ?? [];
    expect(new Set(kept.map(({ entry }) => entry.id))).toEqual(new Set([1, 2, 3]));
    expect(shown[0]).toMatchObject({
      db_id: small.db_id,
      has_blacklist_match: true,
      warnings: [expect.stringContaining(`${matches.length - kept.length} are left out`)],
    });
    expect(shown[1]).toEqual(small);
    expect(fitted([result], Number.POSITIVE_INFINITY)).toEqual([result]);
  });
});
