import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { FacialArea } from '../../../lib/contract/shapes.ts';
import { pictureOfNothing, sample } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import type { KeptFiles } from './traits.ts';

/** Reads the colours of the frame around a face, in the middle of each of its sides. */
async function frameColours(picture: Buffer, { x, y, w, h }: FacialArea): Promise<string[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const inside = 2;
  const middles = [
    [x + w / 2, y + inside],
    [x + w / 2, y + h - 1 - inside],
    [x + inside, y + h / 2],
    [x + w - 1 - inside, y + h / 2],
  ] as const;
  return middles.map(([column, row]) => {
    const start = info.channels * (Math.round(row) * info.width + Math.round(column));
    const [red = 0, green = 0] = data.subarray(start, start + 3);
    if (red > 150 && green < 100) return 'red';
    return green > 120 && red < 80 ? 'green' : `rgb ${data.subarray(start, start + 3).join(' ')}`;
  });
}

export function keptSuite(get: () => Tested, { read, list }: KeptFiles): void {
  describe('what is kept of a processed picture', () => {
    it('is the original, byte for byte as it came', async () => {
      const { api, people } = get();
      const png = await sharp(people.stranger).png().toBuffer();
      for (const picture of [people.stranger, png, await pictureOfNothing()]) {
        const { original_image_path: path } = await api.process(picture);
        expect(path).toMatch(/^(\/|s3:\/\/)/);
        expect(picture.equals(await read(path ?? ''))).toBe(true);
      }
    });

    it('is a copy with a red frame around a match, and a green one around any other face', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.listed]);
      const picture = await sample(1);
      const { faces, saved_image_path } = await api.process(picture);
      expect(faces).toHaveLength(3);
      const copy = await read(saved_image_path ?? '');
      for (const { facial_area, blacklist_matches } of faces) {
        const colour = blacklist_matches.length > 0 ? 'red' : 'green';
        expect(await frameColours(copy, facial_area as FacialArea)).toEqual(Array(4).fill(colour));
      }
      expect(
        faces.filter(({ blacklist_matches }) => blacklist_matches.some(({ entry }) => entry.id === id)),
      ).toHaveLength(1);
      const [original, drawn] = await Promise.all([sharp(picture).metadata(), sharp(copy).metadata()]);
      expect([drawn.width, drawn.height]).toEqual([original.width, original.height]);
    });

    it("is the largest face's crop, larger than its box by 40%", async () => {
      const { api, people } = get();
      const { faces, cropped_face_path } = await api.process(people.group);
      const [largest] = faces.map(({ facial_area }) => facial_area);
      const { w, h } = largest as FacialArea;
      const kept = await read(cropped_face_path ?? '');
      const crop = await sharp(kept).metadata();
      expect(Math.abs(crop.width - 1.4 * w)).toBeLessThanOrEqual(1);
      expect(Math.abs(crop.height - 1.4 * h)).toBeLessThanOrEqual(1);
      expect(await api.detect(kept)).toHaveLength(1);
    });

    it('is the original alone where there is no face to draw or to crop', async () => {
      const { original_image_path, saved_image_path, cropped_face_path } = await get().api.process(
        await pictureOfNothing(),
      );
      expect([saved_image_path, cropped_face_path]).toEqual([original_image_path, null]);
    });

    it("can be processed again by its path, which lies in the service's own folder", async () => {
      const { api, people } = get();
      const { original_image_path } = await api.process(people.stranger);
      const path = original_image_path ?? '';
      const [again] = await api.processInputs([path]);
      expect(again?.error).toBeNull();
      // A long path is cut there.
      expect(again?.image_path_or_identifier.slice(0, 80)).toBe(path.slice(0, 80));
      expect(again?.faces).toHaveLength(1);
    });
  });

  describe("a listed person's images", () => {
    it('are kept as they came, one file each, and are gone once the person is deleted', async () => {
      const { api, people, backend } = get();
      const { errors: _, ...entry } = await api.list([people.listed, people.stranger]);
      const folder = entry.reference_image_dir ?? '';
      const paths = await list(folder);
      const files = await Promise.all(paths.map((path) => read(path)));
      expect(files.toSorted(Buffer.compare)).toEqual([people.listed, people.stranger].sort(Buffer.compare));
      const both = [await api.process(people.listed), await api.process(people.stranger)];
      const matches = both.flatMap(({ faces }) =>
        faces.flatMap(({ blacklist_matches }) =>
          blacklist_matches.filter((match) => match.entry.id === entry.id),
        ),
      );
      expect(matches).toHaveLength(2);
      for (const { identity } of matches) expect(identity).toMatch(backend.identityOf(entry));

      await api.delete(entry.id);
      expect(await list(folder)).toEqual([]);
      for (const path of paths) await expect(read(path)).rejects.toThrow();
    });
  });
}
