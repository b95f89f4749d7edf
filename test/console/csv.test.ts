import { expect, test } from 'vitest';
import { resultExample, reviewedExample } from '../../lib/contract/examples.ts';
import { csvOf } from '../../local/console/src/model/csv.ts';

test('a line of the export tells who matched, and what people say of it', () => {
  expect(csvOf(undefined).split(',')).toHaveLength(9);
  expect(csvOf(resultExample)).toBe(
    '42,2026-05-05T18:12:03.512Z,"Entrance, camera 2",IMG_0042.JPG,1,match,Jane Roe,99.2,open',
  );
  expect(csvOf(reviewedExample)).toMatch(/,rejected$/);
});

test.each([
  ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
  ['+1', `"'+1"`],
  ['two\nlines', '"two\nlines"'],
])('%j is a text, and no formula', (source, cell) => {
  expect(csvOf({ ...resultExample, source })).toContain(`Z,${cell},`);
});
