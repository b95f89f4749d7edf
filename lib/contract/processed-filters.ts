import * as z from 'zod';
import { anyId } from './fields.ts';
import { truth } from './form-values.ts';
import { parseMoment } from './moment.ts';
import { originFilters } from './origin-fields.ts';
import { reviewStates } from './review.ts';

/** Moment as text, which becomes ISO 8601 in UTC. */
export const moment = z.preprocess((input, { issues }) => {
  const parsed = typeof input === 'string' ? parseMoment(input) : undefined;
  if (input === undefined || parsed) return parsed?.toISOString();
  issues.push({ code: 'custom', params: { type: 'datetime_parsing' }, input });
  return z.NEVER;
}, z.iso.datetime({ offset: true }).optional());

/** Filters of the list of processed pictures; a picture must pass all that are given. */
export const processedFilters = {
  has_match: truth.optional().describe('Only pictures that show a listed person, or only those that do not.'),
  entry_id: anyId
    .optional()
    .describe(
      'Only pictures that show this entry, also one that was deleted, or any that was merged into it.',
    ),
  review: z
    .enum(reviewStates)
    .optional()
    .describe(
      'Only pictures with a match whose review stands so: `open` if any match is; else `confirmed` if any is, else `unsure` if any is, else `rejected`.',
    ),
  since: moment.describe(
    'Only pictures processed at this moment or later: any ISO 8601 time with its offset.',
  ),
  until: moment.describe('Only pictures processed before this moment: any ISO 8601 time with its offset.'),
  before_id: anyId
    .optional()
    .describe(
      'Only pictures with a smaller `db_id`. With the smallest of a page, it leads to the next one, whatever comes or goes meanwhile.',
    ),
  ...originFilters,
} as const;

/** Limit on the pictures that a request may name. */
export const maxNamedPictures = 100;

/** Ids of pictures as one text, with commas between. */
export const pictureIds = z.string().regex(new RegExp(`^\\d{1,15}(,\\d{1,15}){0,${maxNamedPictures - 1}}$`));
