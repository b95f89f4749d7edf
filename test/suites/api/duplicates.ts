import { describe, expect, it } from 'vitest';
import type { PossibleDuplicates } from '../../../lib/contract/possible-duplicates.ts';
import { encodedAgain } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { newName } from './client.ts';

/**
 * Tests possible duplicates. It comes before other suites list the same people, because at most ten
 * duplicates are reported.
 */
export function duplicatesSuite(get: () => Tested): void {
  /** Finds the possible duplicate with this id; the store may list others who look similar. */
  const duplicateWith = (duplicates: PossibleDuplicates, id: number) => {
    expect(duplicates).not.toBeNull();
    const similarities = duplicates?.map(({ similarity }) => similarity) ?? [];
    expect(similarities).toEqual(similarities.toSorted((one, other) => other - one));
    return duplicates?.filter((duplicate) => duplicate.id === id);
  };

  describe('a person who looks like one who is listed', () => {
    it('is listed, with a warning that names the other, best first', async () => {
      const { api, people } = get();
      const name = newName();
      const first = await api.list([people.listed], { name });
      expect(duplicateWith(first.possible_duplicates, first.id)).toEqual([]);
      const alike = await api.list([people.neighbour, people.listedAgain]);
      expect(duplicateWith(alike.possible_duplicates, first.id)).toEqual([
        { id: first.id, name, similarity: expect.any(Number) },
      ]);
      expect(alike.image_count).toBe(2);

      const third = await api.list([people.stranger]);
      expect(duplicateWith(third.possible_duplicates, first.id)).toEqual([]);
      expect(duplicateWith(third.possible_duplicates, alike.id)).toEqual([]);
      const { possible_duplicates } = await api.addImages(third.id, [people.stranger, people.listed]);
      expect(duplicateWith(possible_duplicates, third.id)).toEqual([]);
      expect(duplicateWith(possible_duplicates, alike.id)).toMatchObject([{ name: alike.name }]);
      const [same] = duplicateWith(possible_duplicates, first.id) ?? [];
      expect(same?.similarity).toBeCloseTo(100, 1);

      // Nobody matches a suspended entry, but whoever is listed again would be there twice.
      await api.patch(first.id, { suspended: true });
      const again = await api.list([people.listed]);
      expect(duplicateWith(again.possible_duplicates, first.id)).toMatchObject([{ name, in_force: false }]);
      await api.delete(again.id);

      // A deleted entry is not reported.
      for (const { id } of [first, alike]) await api.delete(id);
      const last = await api.list([people.listed]);
      expect(duplicateWith(last.possible_duplicates, first.id)).toEqual([]);
      expect(duplicateWith(last.possible_duplicates, alike.id)).toEqual([]);
      for (const { id } of [third, last]) await api.delete(id);
    });

    it('is no other person for having several pictures that are alike', async () => {
      const { api, people } = get();
      const { id, possible_duplicates } = await api.list([
        people.neighbour,
        await encodedAgain(people.neighbour),
      ]);
      expect(duplicateWith(possible_duplicates, id)).toEqual([]);
      const added = await api.addImages(id, [await encodedAgain(people.neighbour, 80)]);
      expect(duplicateWith(added.possible_duplicates, id)).toEqual([]);
      await api.delete(id);
    });
  });
}
