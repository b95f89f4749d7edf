import sharp from 'sharp';
import { expect, test } from 'vitest';
import { renderBars } from '../../bench/report/bars.ts';
import { type Axis, renderPlot } from '../../bench/report/svg.ts';

const axis = (label: string, scale: Axis['scale']): Axis => ({
  label,
  scale,
  from: 1,
  to: 100,
  ticks: [
    { at: 1, label: '1' },
    { at: 10, label: '<10 & more>' },
    { at: 100, label: '"100"' },
  ],
});
const line = {
  kind: 'line' as const,
  name: 'a & b',
  color: 'blue' as const,
  points: [
    [1, 1],
    [10, 10],
    [100, 100],
  ] as const,
};

/** librsvg refuses what is not well-formed. */
async function pixels(svg: string) {
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
  return (x: number, y: number) => [...data.subarray(info.channels * (y * info.width + x)).subarray(0, 4)];
}

test('a plot is a well-formed picture with a background of its own', async () => {
  const svg = renderPlot({
    title: 'Less < more & "so on"',
    x: axis('x, px', 'log'),
    y: axis('y, ms', 'linear'),
    marks: [line, { ...line, kind: 'area' }, { kind: 'rule', at: 20, label: '> 20' }],
    caption: `A caption ${'that is long '.repeat(20)}& ends.`,
  });
  const at = await pixels(svg);
  expect(at(4, 200)).toEqual([255, 255, 255, 255]);
  await expect(sharp(Buffer.from(svg.replace('</svg>', ''))).metadata()).rejects.toThrow();
});

test('a logarithmic axis has its powers of ten at the same distance', () => {
  const svg = renderPlot({ title: '', x: axis('', 'log'), y: axis('', 'log'), marks: [line], caption: '' });
  // The plot's frame goes from 78 to 736 and from 374 up to 74.
  expect(svg).toContain('d="M78 374L407 224L736 74"');
  const linear = renderPlot({
    ...{ title: '', x: axis('', 'linear'), y: axis('', 'linear') },
    ...{ marks: [line], caption: '' },
  });
  expect(linear).toContain('d="M78 374L137.8 346.7L736 74"');
});

test('a bar is divided as its parts are', async () => {
  const parts = [
    { name: 'one & two', value: 3 },
    { name: 'three', value: 1 },
  ];
  const svg = renderBars('Bars', [{ label: 'a < b', total: '4 ms', parts }], 'Of a test.');
  await pixels(svg);
  const widths = [...svg.matchAll(/width="([\d.]+)" height="22"/g)].map(([, width]) => Number(width));
  expect(widths).toEqual([328.5, 109.5]);
  expect(svg).toContain('>75%<');
});
