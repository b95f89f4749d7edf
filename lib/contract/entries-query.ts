import * as z from 'zod';
import { normalName } from '../names/normal-form.ts';
import { pageOffset, text, wholeNumberFrom } from './fields.ts';
import { truth } from './form-values.ts';

/** Fields that a list of entries can be sorted by, upwards, and downwards with a minus. */
const sorts = ['id', 'name', 'added', 'updated', 'expires', 'review', 'last_seen'] as const;
const directed = sorts.flatMap((sort) => [sort, `-${sort}`] as const);

/** Which entries a list shows, and in which order; all that is asked for must hold. */
export const entriesQuery = z.object({
  q: text(0, 100, normalName)
    .optional()
    .describe(
      'Only entries whose name, reason or notes have this in them; case, accents, hyphens and apostrophes make no difference.',
    ),
  limit: wholeNumberFrom(1, 1000).optional().describe('Items in the page; all without it.'),
  offset: pageOffset,
  sort: z
    .enum(directed)
    .default('id')
    .describe(
      'Upwards, or with a minus downwards. Names are sorted without case and accents; entries without the date come last either way. `last_seen` is the time of the newest picture in the history that shows them.',
    ),
  category: text(0, 50, normalName)
    .optional()
    .describe('Only entries of this category; case and accents make no difference.'),
  expired: truth.optional().describe('Only entries that have expired, or only the others.'),
});
export type EntriesQuery = z.output<typeof entriesQuery>;
