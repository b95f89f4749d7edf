import * as z from 'zod';
import { auditActions } from '../audit-actions.ts';
import { defineEndpoint } from '../endpoint.ts';
import { anyId, wholeNumberFrom } from '../fields.ts';
import { moment } from '../processed-filters.ts';

const id = z.int().nullable();

export const AuditLine = z
  .object({
    chain: z.string().describe('Writers that share no store have chains of their own.'),
    sequence: z.int().describe("The line's number in its chain: 1, 2, …"),
    time: z.string().describe('ISO 8601, UTC.'),
    actor: z
      .string()
      .describe('Name of a token or a user, or a part of the service: `sweep`, `inbox`, `enroll`.'),
    role: z.string(),
    action: z
      .string()
      .describe(
        'The `operationId` of what was asked for, or what the part of the service did. A deletion that merges an entry into another is `mergeEntry`.',
      ),
    entry_id: id,
    image_id: z.string().nullable().describe('Id of a reference image.'),
    picture_id: id.describe('The `db_id` of a processed picture.'),
    request_id: z.string().nullable().describe('The `X-Request-Id` of its answer.'),
    outcome: id.describe('HTTP status; null for what no request asked for.'),
    threshold: z.number().nullable().describe('The threshold that faces were compared by.'),
    detail: z
      .string()
      .nullable()
      .describe(
        'Further facts: `changed: reason, suspended=true` of an entry, `face 0: rejected` of a review, `into entry 7` of a merge, `deleted: 1-20` of pictures that went together, `replayed` of a request that was answered as an earlier one.',
      ),
    hash: z.string().describe('SHA-256 of the line and of the hash before it.'),
  })
  .meta({ id: 'AuditLine' });
export type AuditLine = z.output<typeof AuditLine>;

export const AuditLines = z
  .object({
    items: z.array(AuditLine).describe('Newest first; before the last page there may be few, or none.'),
    limit: z.int(),
    next: z.string().nullable().describe('The `cursor` of the next page; null on the last one.'),
  })
  .meta({ id: 'AuditLines' });
export type AuditLines = z.output<typeof AuditLines>;

export const listAuditContract = defineEndpoint({
  operationId: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Tell who looked at or changed what',
  tags: ['Service'],
  role: 'admin',
  // A filter that is misspelt would else show everything, and what was looked for not be seen.
  strict: true,
  query: z.object({
    limit: wholeNumberFrom(1, 1000).default(100).describe('Lines in the page.'),
    cursor: z.string().max(2000).optional().describe('The `next` of the page before.'),
    since: moment.describe('Only lines of this moment or later: any ISO 8601 time with its offset.'),
    until: moment.describe('Only lines from before this moment: any ISO 8601 time with its offset.'),
    actor: z.string().optional().describe('Only what this actor did.'),
    action: z.enum(auditActions).optional().describe('Only this action.'),
    entry_id: anyId
      .optional()
      .describe(
        'Only what is about this entry, also one that was deleted, and about those that were merged into it.',
      ),
    picture_id: anyId.optional().describe('Only what is about this processed picture (`db_id`).'),
  }),
  success: {
    status: 200,
    description: 'A page, newest first.',
    schema: AuditLines,
    example: {
      items: [
        {
          chain: 'main',
          sequence: 1204,
          time: '2026-05-05T18:12:03.512Z',
          actor: 'front-desk',
          role: 'desk',
          action: 'getEntry',
          entry_id: 7,
          image_id: null,
          picture_id: null,
          request_id: '5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11',
          outcome: 200,
          threshold: null,
          detail: null,
          hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        },
      ],
      limit: 100,
      next: null,
    },
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
});
