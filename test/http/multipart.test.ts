import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { readMultipart } from '../../lib/http/multipart.ts';

const contract = {
  kind: 'multipart',
  fields: z.object({}),
  files: { name: 'images', description: 'Pictures', maxCount: 1 },
} as const;

/** Chunks that count how many of them were taken. */
class CountedChunks extends Array<Uint8Array> {
  taken = 0;

  override *[Symbol.iterator](): ArrayIterator<Uint8Array> {
    for (let at = 0; at < this.length; at++) {
      this.taken += 1;
      yield this[at] as Uint8Array;
    }
  }
}

test('a form of too many parts is read no further: the rest would hold the event loop for seconds', async () => {
  const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n';
  const chunks = new CountedChunks();
  for (let count = 0; count < 50; count++) chunks.push(Buffer.from(part.repeat(1200)));
  const reading = readMultipart(contract, 'multipart/form-data; boundary=x', chunks);
  await expect(reading).rejects.toThrow('it has more than 1000 parts');
  for (let turn = 0; turn < chunks.length; turn++) await setImmediate();
  expect(chunks.taken).toBeLessThanOrEqual(2);
});
