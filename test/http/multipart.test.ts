import { randomBytes } from 'node:crypto';
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

/** Cuts a body into pieces of one length. */
function cutEvery(body: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / length) }, (_, index) =>
    body.subarray(index * length, (index + 1) * length),
  );
}

test('every file of a form is whole, however the network cuts its body', async () => {
  const many = { ...contract, files: { ...contract.files, maxCount: 20 } };
  const boundary = 'x'.repeat(30);
  const incomplete: string[] = [];
  for (let count = 1; count < 18; count++) {
    for (let size = 8_000; size < 12_000; size += 500) {
      const sent = Array.from({ length: count }, () => randomBytes(size));
      const parts = sent.flatMap((bytes, index) => [
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="images"; filename="${index}"\r\n\r\n`,
        ),
        bytes,
        Buffer.from('\r\n'),
      ]);
      parts.push(Buffer.from(`--${boundary}--\r\n`));
      const whole = Buffer.concat(parts);
      const last = [Buffer.concat(parts.slice(0, -3)), ...parts.slice(-3)];
      const ways = {
        parts,
        last,
        whole: [whole],
        odd: cutEvery(whole, 4_099),
        even: cutEvery(whole, 16_384),
      };
      for (const [way, chunks] of Object.entries(ways)) {
        const { files } = await readMultipart(many, `multipart/form-data; boundary=${boundary}`, chunks);
        const isWhole = sent.every((bytes, index) => files[index] && bytes.equals(files[index].bytes));
        if (files.length !== count || !isWhole) incomplete.push(`${count} files of ${size} bytes, ${way}`);
      }
    }
  }
  expect(incomplete).toEqual([]);
});

test.each([
  ['RFC 2046’s 70', 70],
  ['the longest that the parser takes', 252],
])('a boundary may have %s characters, and a longer one is refused', async (_, length) => {
  const read = (boundary: string) => {
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="images"; filename="a"\r\n\r\nxyz\r\n`;
    const body = Buffer.from(`${part}--${boundary}--\r\n`);
    return readMultipart(contract, `multipart/form-data; boundary=${boundary}`, [body]);
  };
  const { files } = await read('b'.repeat(length));
  expect(files.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['xyz']);
  await expect(read('b'.repeat(253))).rejects.toMatchObject({ code: 'input_unreadable' });
  await expect(read('é'.repeat(127))).rejects.toMatchObject({ code: 'input_unreadable' });
});
