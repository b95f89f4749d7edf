import type { ServerResponse } from 'node:http';
import pLimit from 'p-limit';
import { RequestAbandonedError } from './request-body.ts';

/**
 * Limits the number of answers that are sent at once. The returned function resolves when it is an answer's
 * turn. The turn ends when the client has taken the last byte or is gone. The function rejects with
 * RequestAbandonedError if the client went away while it waited.
 */
export function turns(count: number): (response: ServerResponse) => Promise<void> {
  const limit = pLimit(count);
  return (response) =>
    new Promise((begin, abandon) => {
      void limit(async () => {
        if (response.closed) return abandon(new RequestAbandonedError());
        const ended = new Promise((end) => response.once('close', end));
        begin();
        await ended;
      });
    });
}
