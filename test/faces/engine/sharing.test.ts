import { expect, test } from 'vitest';
import { Pyramid } from '../../../lib/faces/engine/geometry/pyramid.ts';
import type { Part } from '../../../lib/faces/engine/job.ts';
import { Sharing } from '../../../lib/faces/engine/sharing.ts';

const pyramid = new Pyramid({ width: 1, height: 1, pixels: new Uint8Array(3) });
const items = Array.from({ length: 12 }, (_, index) => index);
const squares = async (some: readonly number[]) => some.map((item) => item * item);

/** Answers each question at once, as the pool does: with these shares, and what the others found. */
function sharingWith(shares: readonly number[], results: readonly (readonly unknown[] | undefined)[]) {
  const asked: Part[] = [];
  const sharing: Sharing = new Sharing((part) => {
    asked.push(part);
    setImmediate(() => {
      sharing.takeShares(shares);
      sharing.takeResults(results);
    });
  });
  return { sharing, asked };
}

test("others' results follow this worker's own, in the items' order", async () => {
  const { sharing, asked } = sharingWith(
    [4, 4, 4],
    [await squares([4, 5, 6, 7]), await squares([8, 9, 10, 11])],
  );
  const own: (readonly number[])[] = [];
  const done = await sharing.share('looks', pyramid, items, (some) => {
    own.push(some);
    return squares(some);
  });
  expect(done).toEqual(await squares(items));
  expect(own).toEqual([[0, 1, 2, 3]]);
  expect(asked).toEqual([{ work: 'looks', items, smaller: [] }]);
});

test('a share that failed elsewhere is done here', async () => {
  const { sharing } = sharingWith([4, 4, 4], [undefined, await squares([8, 9, 10, 11])]);
  expect(await sharing.share('meshes', pyramid, items, squares)).toEqual(await squares(items));
});

test('few items are not asked about', async () => {
  const { sharing, asked } = sharingWith([], []);
  expect(await sharing.share('faces', pyramid, items.slice(0, 7), squares)).toEqual(
    await squares(items.slice(0, 7)),
  );
  expect(asked).toEqual([]);
});

test('an own failure is told only when the others have ended', async () => {
  let end = () => {};
  const sharing: Sharing = new Sharing(() => {
    end = () => sharing.takeResults([[]]);
    setImmediate(() => sharing.takeShares([12, 0]));
  });
  let isOver = false;
  const failing = sharing
    .share('faces', pyramid, items, () => Promise.reject(new Error('broken')))
    .finally(() => {
      isOver = true;
    });
  const failed = expect(failing).rejects.toThrow('broken');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isOver).toBe(false);
  end();
  await failed;
});
