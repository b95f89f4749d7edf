import * as z from 'zod';

/** Limit on the possible duplicates in an answer; the nearest are kept. */
export const maxPossibleDuplicates = 10;

export const PossibleDuplicate = z
  .object({
    id: z.number().int(),
    name: z.string(),
    similarity: z.number().min(0).max(100).describe('Of the two pictures that are most alike.'),
  })
  .meta({ id: 'PossibleDuplicate' });
export type PossibleDuplicate = z.output<typeof PossibleDuplicate>;

export const PossibleDuplicates = z
  .array(PossibleDuplicate)
  .max(maxPossibleDuplicates)
  .nullable()
  .describe(
    'Other listed persons whom one of the new pictures matches, best first. Null when not all of them could be compared, and those that could matched nobody.',
  );
export type PossibleDuplicates = z.output<typeof PossibleDuplicates>;
