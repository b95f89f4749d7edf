import { expect, test } from 'vitest';
import { SourceLabels } from '../../lib/metrics/source-labels.ts';

test('a hundred sources are told apart, later ones are others, and none is no label', () => {
  const labels = new SourceLabels();
  const told = Array.from({ length: 150 }, (_, index) => labels.labelsOf(`Door ${index}`).source);
  expect(new Set(told).size).toBe(101);
  expect([told[0], told[99], told[100], told[149]]).toEqual(['Door 0', 'Door 99', 'other', 'other']);
  expect([labels.labelsOf('Door 7'), labels.labelsOf('Door 120'), labels.labelsOf(null)]).toEqual([
    { source: 'Door 7' },
    { source: 'other' },
    {},
  ]);
});
