import * as z from 'zod';
import { normalName, normalReason } from '../names/normal-form.ts';
import { detectorNames, distanceMetrics, modelNames } from './vocabulary.ts';

/** Fields of requests that have rules of their own, and the limits that requests share. */

/** Limit on the pictures in one request. */
export const maxImagesPerRequest = 100;

/**
 * Limit on UTF-16 units: a longer text is too long for any field of up to 1,000 characters, even when its
 * normal form is shorter.
 */
const maxUnits = 4000;

/**
 * Makes the shape of a text that has this number of code points (not UTF-16 units) in its normal form. It
 * refuses half of a surrogate pair. It also refuses U+FFFD, because that stands for a letter lost on the way.
 */
export function text(minimum: number, maximum: number, normalForm: (text: string) => string) {
  const most = Math.max(maxUnits, 4 * maximum);
  return z
    .string()
    .check(({ value, issues }) => {
      const stop = { input: value, continue: false } as const;
      if (value.length > most) issues.push({ code: 'too_big', maximum, origin: 'string', ...stop });
      else if (!value.isWellFormed())
        issues.push({ code: 'custom', params: { type: 'string_unicode' }, ...stop });
      else if (value.includes('\ufffd'))
        issues.push({ code: 'custom', params: { type: 'string_damaged' }, ...stop });
    })
    .overwrite(normalForm)
    .check(({ value, issues }) => {
      const length = [...value].length;
      const bound = { origin: 'string', inclusive: true, input: value } as const;
      if (length < minimum) issues.push({ code: 'too_small', minimum, ...bound });
      else if (length > maximum) issues.push({ code: 'too_big', maximum, ...bound });
    })
    .meta({ ...(minimum > 0 && { minLength: minimum }), maxLength: maximum });
}

export const EntryName = text(1, 100, normalName).meta({
  description:
    'Unique among all entries. It is kept in one form: NFC, without white space around it or characters that nobody sees.',
  examples: ['Jane Roe'],
});

const reason = text(0, 255, normalReason).meta({
  description: 'Why the person is listed. It is kept in the same form as names, but for its line breaks.',
  examples: ['Banned for life.'],
});

/** Reason in JSON; if it is left out or null, there is none. */
export const EntryReason = reason.nullable().default(null);

/** Reason in a form, which has no null; if it is left out or blank, there is none. */
export const EntryReasonText = reason.optional().transform((text) => text || null);

/** Note on a match; if it is left out, null or blank, there is none. */
export const ReviewNote = text(0, 1000, normalReason)
  .nullable()
  .default(null)
  .transform((note) => note || null)
  .describe('Why, in at most 1,000 characters.');

/** Limit on a number's characters: more than anybody writes. */
const maxNumberLength = 400;
const wholeNumber = { expected: 'int', form: /^\s*[+-]?\d+\s*$/ } as const;
const anyNumber = { expected: 'number', form: /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i } as const;

/** Makes the shape of a number that may come as text, as in pydantic. */
function orText<Schema extends z.ZodType<number>>(
  { expected, form }: typeof wholeNumber | typeof anyNumber,
  schema: Schema,
  convert: (text: string) => number = Number,
) {
  return z.preprocess((input, { issues }) => {
    if (typeof input === 'number' || input === undefined) return input;
    if (typeof input === 'string' && input.length <= maxNumberLength && form.test(input))
      return convert(input);
    issues.push({ code: 'invalid_type', expected, input });
    return z.NEVER;
  }, schema);
}

function clampedToSafe(text: string): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(text)));
}

/**
 * Id that may be any whole number. One that is too large for any record becomes the largest safe integer,
 * which no record has.
 */
export const anyId = orText(wholeNumber, z.int(), clampedToSafe);

export const EntryPath = z.object({ id: anyId.describe("The entry's id.") });

/**
 * Ids of an entry and of an image. A text that can't be an image's id is allowed: no image is found by it.
 */
export const ImagePath = EntryPath.extend({
  image_id: z.string().describe("The reference image's id, or `cover` for the first of the entry's."),
});

export const ProcessedPath = z.object({ db_id: anyId.describe("The processed picture's `db_id`.") });

/** Makes the shape of a whole number of a range, which may come as text. */
export function wholeNumberFrom(minimum: number, maximum: number) {
  return orText(wholeNumber, z.int().min(minimum).max(maximum));
}

export const pageOffset = orText(wholeNumber, z.int().min(0)).default(0).describe('Items before the page.');

/** Makes the shape of a query for a page of a list. */
export function pageQuery(defaultLimit: number) {
  return z.object({
    limit: wholeNumberFrom(1, 100).default(defaultLimit).describe('Items in the page.'),
    offset: pageOffset,
  });
}

/** Makes the shape of an override; left out or null, it leaves the configured value. */
function override<Schema extends z.ZodType>(schema: Schema, description: string) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .describe(description);
}

export const DetectorOverride = override(
  z.enum(detectorNames),
  'The detector to use; one that the active backend does not have is replaced by the configured one. `skip`: the picture is the face.',
);

const ModelOverride = override(
  z.enum(modelNames),
  'The model to use; one that the active backend does not have is replaced by the configured one.',
);

const MetricOverride = override(z.enum(distanceMetrics), 'The metric of `threshold` and of the distances.');

const ThresholdOverride = override(
  orText(anyNumber, z.number().min(0)),
  'The largest distance that is a match; lower is stricter. It is on the scale of the model that the request or else MODEL_NAME names, in the ' +
    "metric used: where that model is replaced, its standard threshold by DeepFace means this service's, and others keep their ratio to it. " +
    'One that is looser than MAX_FALSE_MATCH_RATE or AWS_MIN_SIMILARITY allows is held there; `warnings` says so.',
);

/** Picture as a request names it. */
export const ImageInput = z
  .string()
  .describe('A local path, an http(s) URL, or base64 with or without a `data:…;base64,` head.');

/** Overrides of the settings that a request to compare faces may contain. */
export const overrides = {
  detector_backend: DetectorOverride,
  model_name: ModelOverride,
  distance_metric: MetricOverride,
  threshold: ThresholdOverride,
};
export type Overrides = z.output<z.ZodObject<typeof overrides>>;

/** Number of near misses for each face. */
export const CandidateCount = orText(wholeNumber, z.int().min(0).max(10))
  .nullish()
  .transform((count) => count ?? 0)
  .describe(
    'How many near misses to tell for each face, at most: of the nearest entries that do not match, the nearest reference image.',
  );

/**
 * True to tell also of entries that nobody matches now. It is left out otherwise: a request of before, sent
 * again with its key, stays the same request.
 */
export const OutOfForce = z
  .boolean()
  .nullish()
  .transform((isWanted) => isWanted || undefined)
  .describe(
    'Tell for each face also which suspended or expired entries it looks like (`out_of_force`), as whoever is about to list somebody has to know. It changes no match and no verdict.',
  );

export const keepChoices = ['all', 'matches', 'none'] as const;
export type KeepChoice = (typeof keepChoices)[number];

/** A picture's record and copies, which are kept or not. */
export const Keep = z
  .enum(keepChoices)
  .nullish()
  .transform((choice) => choice ?? 'all')
  .describe(
    'Pictures that are kept, with their results: all (as long as the settings say), those with a match, or none. Of the others nothing is written; their `db_id`, paths and timestamp are null, and no event tells of them.',
  );
