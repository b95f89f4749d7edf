import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { etagHeader, ifMatchHeader } from '../entry-version.ts';
import { recordExample } from '../examples.ts';
import { anyId, EntryPath } from '../fields.ts';
import { idempotencyKeyHeader, replayedHeader } from '../idempotency-key.ts';
import { BlacklistRecord } from '../shapes.ts';

export const MergeEntryRequest = z
  .object({
    entry_id: anyId.describe(
      'Id of the other entry of the same person. It becomes part of this one, and is deleted. One that does not exist is a 422.',
    ),
    dry_run: z.boolean().nullish().describe('Only tell what would come of it.'),
    version: anyId
      .nullish()
      .describe('The version of the entry that stays, as `If-Match` tells it; another is a 412.'),
    entry_version: anyId.nullish().describe('The version of the other entry; another is a 412.'),
  })
  .meta({ id: 'MergeEntryRequest' });
export type MergeEntryRequest = z.output<typeof MergeEntryRequest>;

/** Fields that a merge may change, see `mergedFields`. */
export const mergedFieldNames = [
  'reason',
  'notes',
  'severity',
  'category',
  'suspended',
  'expires_at',
  'review_at',
] as const;

const count = z.number().int().min(0);

export const MergedPictures = z
  .object({
    added: count.describe('Those of the other entry that this one got.'),
    already_there: count.describe('Those that both had; they are kept once.'),
    refused: z
      .array(z.object({ id: z.string(), file_name: z.string().nullable(), reason: z.string() }))
      .describe('Those that can not be taken over. While there is one, a merge is a 422.'),
  })
  .meta({ id: 'MergedPictures' });
export type MergedPictures = z.output<typeof MergedPictures>;

export const MergeLikeness = z
  .object({
    distance: z.number().describe('Lower is closer.'),
    similarity: z.number().min(0).max(100).describe('Higher is closer.'),
    threshold: z.number().describe('The largest distance that is a match.'),
    near_threshold: z.number().describe('The largest distance that is a near miss, see REVIEW_BAND.'),
  })
  .meta({ id: 'MergeLikeness' });
export type MergeLikeness = z.output<typeof MergeLikeness>;

export const MergedEntry = z
  .object({
    dry_run: z
      .boolean()
      .describe('Nothing was changed; `entry` is as it would be, with its present version for `If-Match`.'),
    entry: BlacklistRecord.describe('The entry that stays.'),
    fields: z.array(z.enum(mergedFieldNames)).describe('Fields of it that were changed.'),
    pictures: MergedPictures,
    likeness: MergeLikeness.nullable().describe(
      "The other entry's first picture beside the nearest one of this entry. Null but for a dry run, and where they can't be compared.",
    ),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'MergedEntry' });
export type MergedEntry = z.output<typeof MergedEntry>;

export const mergeEntryContract = defineEndpoint({
  operationId: 'mergeEntry',
  method: 'POST',
  path: '/api/v1/blacklist/{id}/merge',
  summary: 'Make two entries of one person one',
  description:
    'The entry of the path stays. It gets the pictures of the other one, what it lacks of reason, category and notes, the graver severity, the later end and the earlier review. The other one is deleted once all of that is there; its history goes on under the id that stays. A call that broke off can be sent again, and goes on.',
  tags: ['Blacklist'],
  role: 'admin',
  // A misspelt `dry_run` would merge for good.
  strict: true,
  params: EntryPath,
  headers: { ...ifMatchHeader, ...idempotencyKeyHeader },
  body: { kind: 'json', schema: MergeEntryRequest, example: { entry_id: 9, dry_run: true } },
  success: {
    status: 200,
    description: 'The entry that stays, and what it got.',
    headers: { ...etagHeader, ...replayedHeader },
    schema: MergedEntry,
    example: {
      dry_run: true,
      entry: { ...recordExample, image_count: 3 },
      fields: ['notes'],
      pictures: { added: 1, already_there: 1, refused: [] },
      likeness: { distance: 0.31, similarity: 97.2, threshold: 0.62, near_threshold: 0.7 },
      warnings: [],
    },
  },
  errors: [
    'request_invalid',
    'entry_not_found',
    'version_conflict',
    'input_too_large',
    'request_in_progress',
    'answer_forgotten',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});
