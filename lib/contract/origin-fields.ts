import * as z from 'zod';
import { normalName } from '../names/normal-form.ts';
import { text } from './fields.ts';

/** A text that stays as it came; one of which nothing is to be seen has no characters. */
const visibleText = (value: string) => (normalName(value) === '' ? '' : value);

const source = text(1, 100, normalName);
const reference = text(1, 255, visibleText);

export const Source = source
  .nullish()
  .transform((value) => value ?? null)
  .describe(
    'Where the pictures come from: a camera, a door, a program. It is kept in the same form as names.',
  );

export const Reference = reference
  .nullish()
  .transform((value) => value ?? null)
  .describe('Your own id or file name of the picture. It is kept as it came.');

export const References = z
  .array(reference.nullable())
  .nullish()
  .transform((value) => value ?? null)
  .describe(
    'Your own id or file name of each picture, or null, in the order of `images`. They are kept as they came.',
  );

/** Which origin a list of processed pictures is of. */
export const originFilters = {
  source: source.optional().describe('Only pictures from this source.'),
  reference: reference.optional().describe('Only pictures of this reference.'),
} as const;

/** Refuses references that are not one for each picture. */
export function oneReferenceEach({
  value: { images, references },
  issues,
}: z.core.ParsePayload<{ images: string[]; references: (string | null)[] | null }>): void {
  if (references === null || references.length === images.length) return;
  const params = { type: 'wrong_length', wanted: images.length, given: references.length };
  issues.push({ code: 'custom', params, path: ['references'], input: references });
}
