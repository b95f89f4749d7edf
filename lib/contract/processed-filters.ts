import * as z from 'zod';
import { anyId } from './fields.ts';
import { parseMoment } from './moment.ts';
import { reviewStates } from './review.ts';

const truths: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

/** True or false as text. */
const flag = z.preprocess((input, { issues }) => {
  const value = typeof input === 'string' ? truths[input.trim().toLowerCase()] : input;
  if (input === undefined || value !== undefined) return value;
  issues.push({ code: 'custom', params: { type: 'bool_parsing' }, input });
  return z.NEVER;
}, z.boolean().optional());

/** Moment as text, which becomes ISO 8601 in UTC. */
export const moment = z.preprocess((input, { issues }) => {
  const parsed = typeof input === 'string' ? parseMoment(input) : undefined;
  if (input === undefined || parsed) return parsed?.toISOString();
  issues.push({ code: 'custom', params: { type: 'datetime_parsing' }, input });
  return z.NEVER;
}, z.iso.datetime({ offset: true }).optional());

/** Filters of the list of processed pictures; a picture must pass all that are given. */
export const processedFilters = {
  has_match: flag.describe('Only pictures that show a listed person, or only those that do not.'),
  entry_id: anyId.optional().describe('Only pictures that show this entry, also one that was deleted.'),
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
} as const;
