import * as z from 'zod';
import { anyId } from './fields.ts';

const truths: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

/** True or false as text. */
const flag = z.preprocess((input, { issues }) => {
  const value = typeof input === 'string' ? truths[input.trim().toLowerCase()] : input;
  if (input === undefined || value !== undefined) return value;
  issues.push({ code: 'custom', params: { type: 'bool_parsing' }, input });
  return z.NEVER;
}, z.boolean().optional());

/** A moment as text. In a query that was not encoded, the `+` of an offset has become a space. */
const moment = z.preprocess(
  (input) => (typeof input === 'string' ? input.trim().replace(/ (?=\d\d:\d\d$)/, '+') : input),
  z.iso.datetime({ offset: true }).optional(),
);

/** Which processed pictures a list shows; all that is asked for must hold. */
export const processedFilters = {
  has_match: flag.describe('Only pictures that show a listed person, or only those that do not.'),
  entry_id: anyId.optional().describe('Only pictures that show this entry, also one that was deleted.'),
  since: moment.describe('Only pictures processed at this moment or later: ISO 8601 with an offset.'),
  until: moment.describe('Only pictures processed before this moment: ISO 8601 with an offset.'),
} as const;
