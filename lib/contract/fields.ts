import * as z from 'zod';
import { detectorNames, distanceMetrics, modelNames } from './vocabulary.ts';

/** The requests' fields that have rules of their own, and the limits that they share. */

/** Pictures in one request. */
export const maxImagesPerRequest = 100;

/** Text of so many characters: code points, not UTF-16 units, and no half of a surrogate pair. */
export function text(minimum: number, maximum: number) {
  return z
    .string()
    .check(({ value, issues }) => {
      const length = [...value].length;
      const bound = { origin: 'string', inclusive: true, input: value } as const;
      if (!value.isWellFormed())
        issues.push({ code: 'custom', params: { type: 'string_unicode' }, input: value });
      else if (length < minimum) issues.push({ code: 'too_small', minimum, ...bound });
      else if (length > maximum) issues.push({ code: 'too_big', maximum, ...bound });
    })
    .meta({ ...(minimum > 0 && { minLength: minimum }), maxLength: maximum });
}

export const EntryName = text(1, 100).meta({
  description: 'Unique among all entries.',
  examples: ['Jane Roe'],
});

const reason = text(0, 255).meta({
  description: 'Why the person is listed.',
  examples: ['Banned for life.'],
});

/** In JSON: left out or null, there is none. */
export const EntryReason = reason.nullable().default(null);

/** In a form, which knows no null: left out, there is none. */
export const EntryReasonText = reason.optional().transform((text) => text ?? null);

const wholeNumber = { expected: 'int', form: /^\s*[+-]?\d+\s*$/ } as const;
const anyNumber = { expected: 'number', form: /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i } as const;

/** A number that may come as text, as in pydantic. */
function orText<Schema extends z.ZodType<number>>(
  { expected, form }: typeof wholeNumber | typeof anyNumber,
  schema: Schema,
  convert: (text: string) => number = Number,
) {
  return z.preprocess((input, { issues }) => {
    if (typeof input !== 'string') return input;
    if (form.test(input)) return convert(input);
    issues.push({ code: 'invalid_type', expected, input });
    return z.NEVER;
  }, schema);
}

function clampedToSafe(text: string): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(text)));
}

/** Any whole number may be asked for; one too large for any record becomes the largest there can be, which none has. */
export const anyId = orText(wholeNumber, z.int(), clampedToSafe);

export const EntryPath = z.object({ id: anyId.describe("The entry's id.") });

/** A text that is no image's id is that of none. */
export const ImagePath = EntryPath.extend({ image_id: z.string().describe("The reference image's id.") });

export const ProcessedPath = z.object({ db_id: anyId.describe("The processed picture's `db_id`.") });

/** A page of a list. */
export function pageQuery(defaultLimit: number) {
  return z.object({
    limit: orText(wholeNumber, z.int().min(1).max(100)).default(defaultLimit).describe('Items in the page.'),
    offset: orText(wholeNumber, z.int().min(0)).default(0).describe('Items before the page.'),
  });
}

/** An override that may be left out or null, which both mean: as configured. */
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
  'The largest distance that is a match, in the metric used; lower is stricter.',
);

/** A picture that a request names. */
export const ImageInput = z
  .string()
  .describe('A local path, an http(s) URL, or base64 with or without a `data:image/…;base64,` head.');

/** What a request that compares faces may choose. */
export const overrides = {
  detector_backend: DetectorOverride,
  model_name: ModelOverride,
  distance_metric: MetricOverride,
  threshold: ThresholdOverride,
};
export type Overrides = z.output<z.ZodObject<typeof overrides>>;

/** Near misses for each face. */
export const CandidateCount = orText(wholeNumber, z.int().min(0).max(10))
  .nullish()
  .transform((count) => count ?? 0)
  .describe(
    'How many near misses to tell for each face, at most: the nearest entries that do not match, among its 100 nearest reference images.',
  );
