import { expect } from 'vitest';
import type { Endpoint } from '../../../lib/contract/endpoint.ts';
import { AuditLines } from '../../../lib/contract/endpoints/list-audit.ts';
import type { Tested } from '../api.ts';
import { answer, type Reply } from './client.ts';

/** An answer to a request that succeeded. */
export interface Answered {
  readonly endpoint: Endpoint;
  readonly reply: Reply;
}

/** Expects that the audit trail says what requests were about; of the pages of lists, only that. */
export async function expectAudited({ api }: Tested, all: readonly Answered[]): Promise<void> {
  const read = async () => {
    const { items } = answer(await api.get('/api/v1/audit?limit=1000'), 200, AuditLines);
    return Map.groupBy(items, ({ request_id }) => request_id);
  };
  const isTold = ({ endpoint }: Answered) => !endpoint.unaudited;
  const idOf = ({ reply }: Answered) => reply.headers['x-request-id'] ?? '';
  // The lines of looks are written a moment later.
  await expect
    .poll(async () => {
      const lines = await read();
      return all.filter((one) => isTold(one) && !lines.has(idOf(one))).map(({ endpoint }) => endpoint.path);
    })
    .toEqual([]);
  const lines = await read();
  for (const one of all) {
    const { operationId, path } = one.endpoint;
    const own = lines.get(idOf(one)) ?? [];
    if (!isTold(one)) expect(own, operationId).toEqual([]);
    const makes = { createEntry: 'entry', processImages: 'picture' }[operationId];
    for (const line of own) {
      const has = (name: string, made = '') => path.includes(`{${name}}`) || made === makes;
      const isReview = operationId === 'reviewProcessed';
      expect(
        {
          entry: line.entry_id !== null,
          picture: line.picture_id !== null,
          image: line.image_id !== null,
          outcome: line.outcome,
        },
        operationId,
      ).toEqual({
        entry: has('id', 'entry') || isReview,
        picture: has('db_id', 'picture'),
        image: has('image_id') || operationId === 'addImages',
        outcome: one.reply.status,
      });
    }
  }
}
