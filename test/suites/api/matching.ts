import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { BlacklistMatch, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { leftToRight } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { plainEntry } from '../records/fixtures.ts';

/**
 * Gives the matches of each face with one entry, from left to right. The store may list others who look
 * similar.
 */
function matchesWith(id: number, { faces }: ImageProcessingResult): BlacklistMatch[][] {
  const seen = faces.map(({ facial_area, blacklist_matches }) => ({
    x: facial_area?.x ?? 0,
    matches: blacklist_matches.filter(({ entry }) => entry.id === id),
  }));
  return leftToRight(seen).map(({ matches }) => matches);
}

export function matchingSuite(get: () => Tested): void {
  describe('a listed person', () => {
    it('is found in another picture, is the only one found, and is found no more once deleted', async () => {
      const { api, people, backend } = get();
      const {
        errors: _,
        possible_duplicates: __,
        ...entry
      } = await api.list([people.listed], { reason: 'Theft.' });
      const { id, name } = entry;
      const found = await api.process(people.group);
      expect(found.has_blacklist_match).toBe(true);
      const [left, middle, right] = matchesWith(id, found);
      expect([left, middle]).toEqual([[], []]);
      expect(right).toHaveLength(1);
      const match = right?.[0] as BlacklistMatch;
      expect(match.identity).toMatch(backend.identityOf(entry));
      expect(match.entry).toEqual(plainEntry(id, name, 'Theft.'));

      await api.delete(id);
      expect(matchesWith(id, await api.process(people.group)).flat()).toEqual([]);
    });

    it('is described in its match by both faces, the distance and what it was measured with', async () => {
      const { api, people, backend } = get();
      const { id } = await api.list([people.listed]);
      const result = await api.process(people.group);
      const match = matchesWith(id, result).at(-1)?.[0] as BlacklistMatch;
      const face = result.faces.find(({ blacklist_matches }) => blacklist_matches.includes(match));
      const { x, y, w, h } = face?.facial_area ?? {};
      expect(match).toMatchObject({ source_x: x, source_y: y, source_w: w, source_h: h });
      const [enrolled] = await api.detect(people.listed);
      const { x: tx, y: ty, w: tw, h: th } = enrolled?.facial_area ?? {};
      expect(match).toMatchObject({ target_x: tx, target_y: ty, target_w: tw, target_h: th });
      expect(match.distance).toBeGreaterThan(0);
      expect(match.distance).toBeLessThanOrEqual(match.threshold);
      expect(match.similarity).toBeGreaterThan(0);
      expect(match.aws_similarity).toBe(backend.hasAwsFigures ? match.similarity : null);
      expect(match.aws_face_id).toEqual(
        backend.hasAwsFigures ? expect.stringMatching(/^[0-9a-f-]{36}$/) : null,
      );
      expect(backend.models).toContain(match.model);
      expect(backend.metrics).toContain(match.similarity_metric);
    });

    it('is found beside another who is listed too, each on their own face, and not in a picture without them', async () => {
      const { api, people } = get();
      const woman = await api.list([people.listed]);
      const neighbour = await api.list([people.neighbour]);
      const result = await api.process(people.group);
      expect(matchesWith(woman.id, result).map((matches) => matches.length)).toEqual([0, 0, 1]);
      expect(matchesWith(neighbour.id, result).map((matches) => matches.length)).toEqual([1, 0, 0]);
      expect(matchesWith(woman.id, await api.process(people.stranger))).toEqual([[]]);
    });

    it('has one match for each reference image that is near enough, best first', async () => {
      const { api, people } = get();
      const smaller = await sharp(people.listed).resize({ width: 200 }).jpeg({ quality: 60 }).toBuffer();
      const { id } = await api.list([people.stranger, smaller, people.listed]);
      const matches = matchesWith(id, await api.process(people.listedAgain)).at(-1) ?? [];
      expect(matches).toHaveLength(2);
      expect(matches[0]?.distance).toBeLessThan(matches[1]?.distance ?? 0);
    });

    it('is found by an image as soon as it is added, and shown under the name as it is now', async () => {
      const { api, people } = get();
      const { id, name } = await api.list([people.stranger]);
      expect(matchesWith(id, await api.process(people.listedAgain)).flat()).toEqual([]);
      await api.addImages(id, [people.listed]);
      expect(matchesWith(id, await api.process(people.listedAgain)).flat()).toHaveLength(1);
      expect((await api.update(id, { name: `${name}!`, reason: 'Fraud.' })).status).toBe(200);
      expect(matchesWith(id, await api.process(people.listedAgain)).flat()).toMatchObject([
        { entry: { id, name: `${name}!`, reason: 'Fraud.' } },
      ]);
    });
  });
}
