import * as z from 'zod';

/** Limit on the possible duplicates in an answer; the nearest are kept. */
export const maxPossibleDuplicates = 10;

export const inForceIfKnown = z
  .boolean()
  .optional()
  .describe('False for an entry that is suspended or has expired, so that nobody matches it; absent else.');

export const PossibleDuplicate = z
  .object({
    id: z.number().int(),
    name: z.string(),
    similarity: z.number().min(0).max(100).describe('Of the two pictures that are most alike.'),
    in_force: inForceIfKnown,
  })
  .meta({ id: 'PossibleDuplicate' });
export type PossibleDuplicate = z.output<typeof PossibleDuplicate>;

export const PossibleDuplicates = z
  .array(PossibleDuplicate)
  .max(maxPossibleDuplicates)
  .nullable()
  .describe(
    'Other entries whose person one of the new pictures looks like, best first, also suspended and expired ones. Null when not all of them could be compared, and those that could matched nobody.',
  );
export type PossibleDuplicates = z.output<typeof PossibleDuplicates>;
