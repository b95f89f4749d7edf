import * as z from 'zod';
import { normalName, normalReason } from '../names/normal-form.ts';
import { anyId, EntryName, EntryReason, text } from './fields.ts';
import { momentText, truth } from './form-values.ts';
import { severities } from './vocabulary.ts';

/** The fields of an entry that may be set besides its name and reason. */

const expiresAt = momentText.describe(
  'From this moment on nobody matches the entry, which is erased some days later: any ISO 8601 time with its offset.',
);
const reviewAt = momentText.describe(
  'When somebody is to decide again; nothing happens then by itself: any ISO 8601 time with its offset.',
);
const aboutCategory = {
  description: 'A word of your own, of up to 50 characters, kept in the same form as names.',
  examples: ['shoplifting'],
};
const category = text(1, 50, normalName).meta(aboutCategory);
const severity = z.enum(severities).describe('What a match means for whoever must act.');
/** Characters that the notes may have. */
export const maxNotes = 5_000;
const notes = text(0, maxNotes, normalReason).meta({
  description: 'For whoever must act on a match. Line breaks stay.',
  examples: ['Do not approach alone.\nCall the duty manager.'],
});
const suspended = truth.describe('While it is true, nobody matches the entry.');

/** In JSON: what is left out is not changed, and null is none. */
export const entryDetails = {
  expires_at: expiresAt.nullable().optional(),
  review_at: reviewAt.nullable().optional(),
  category: category.nullable().optional(),
  severity: severity.nullable().optional(),
  notes: notes.nullable().optional(),
  suspended: z.preprocess((value) => value ?? false, suspended).optional(),
} as const;

/** In a form, which knows no null: what is left out or blank is none. */
export const entryDetailTexts = {
  expires_at: expiresAt.optional(),
  review_at: reviewAt.optional(),
  category: text(0, 50, normalName).meta(aboutCategory).optional(),
  severity: severity.optional(),
  notes: notes.optional(),
  suspended: suspended.optional(),
} as const;

/** The version that a change is for, as `If-Match` tells it. */
const version = anyId
  .nullish()
  .describe(
    'The version that the change is for; where the entry has another by now, it is refused with a 412.',
  );

export const changedEntry = { ...entryDetails, version } as const;

export const EntryPatch = z
  .object({ name: EntryName.optional(), reason: EntryReason.unwrap().optional(), ...changedEntry })
  .meta({ id: 'EntryPatch' });
