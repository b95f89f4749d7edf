import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createInboxQueue } from '../../local/server/inbox-queue.ts';
import { uploadEvent } from './upload-event.ts';

const event = (number: number) => uploadEvent('bucket', `inbox/7/${number}.jpg`);
const none: SQSBatchResponse = { batchItemFailures: [] };
const keyOf = (body: string): string => JSON.parse(body).Records[0].s3.object.key;

describe('the queue of uploads', () => {
  it('sends each message once when it is done, in batches of ten at most', async () => {
    const batches: string[][] = [];
    const queue = createInboxQueue(async ({ Records }) => {
      batches.push(Records.map(({ body }) => keyOf(body)));
      return none;
    });
    for (let number = 0; number < 25; number++) queue.send(event(number));
    await queue.idle();
    expect(batches.flat().sort()).toEqual(
      Array.from({ length: 25 }, (_, number) => `inbox/7/${number}.jpg`).sort(),
    );
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(10);
    await queue.close();
  });

  it('sends those again that failed, and no others, until they are done', async () => {
    const seen: Record<string, string[]> = {};
    const failing: Record<string, number> = { 'inbox/7/1.jpg': 2, 'inbox/7/2.jpg': 6 };
    const queue = createInboxQueue(async ({ Records }: SQSEvent) => {
      const failures: { itemIdentifier: string }[] = [];
      for (const { messageId, body, attributes } of Records) {
        const times = [...(seen[keyOf(body)] ?? []), attributes.ApproximateReceiveCount];
        seen[keyOf(body)] = times;
        if (times.length <= (failing[keyOf(body)] ?? 0)) failures.push({ itemIdentifier: messageId });
      }
      return { batchItemFailures: failures };
    }, 1);
    for (let number = 0; number < 3; number++) queue.send(event(number));
    await queue.idle();
    expect(seen).toEqual({
      'inbox/7/0.jpg': ['1'],
      'inbox/7/1.jpg': ['1', '2', '3'],
      'inbox/7/2.jpg': ['1', '2', '3', '4', '5', '6', '7'],
    });
    await queue.close();
  });

  it('sends all of a batch again when the handler fails', async () => {
    let calls = 0;
    const queue = createInboxQueue(async () => {
      calls++;
      if (calls === 1) throw new Error('It is out of order.');
      return none;
    }, 1);
    queue.send(event(1));
    await queue.idle();
    expect(calls).toBe(2);
    await queue.close();
  });

  it('waits for what is under way when it is closed, and sends nothing after', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: end, resolve: finish } = Promise.withResolvers<void>();
    let calls = 0;
    const queue = createInboxQueue(async ({ Records }) => {
      calls++;
      begin();
      await end;
      return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }, 1);
    queue.send(event(1));
    await begun;
    let isClosed = false;
    const closing = queue.close().then(() => {
      isClosed = true;
    });
    await Promise.resolve();
    expect(isClosed).toBe(false);
    finish();
    await closing;
    queue.send(event(2));
    await queue.close();
    expect(calls).toBe(1);
  });
});
