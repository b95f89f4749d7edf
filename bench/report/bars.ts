import { type Color, colors, element, page, textAt } from './svg.ts';

export interface Bar {
  readonly label: string;
  /** Beside its end: the sum, with its unit. */
  readonly total: string;
  readonly parts: readonly { readonly name: string; readonly value: number }[];
}

const left = 226;
const right = 664;
const top = 72;
const rowHeight = 38;
const thickness = 22;
const palette = [
  ...(['gray', 'blue', 'sky', 'purple', 'vermilion', 'orange', 'green', 'ocher', 'black'] as const),
];

const inkOn = (color: Color) => (['gray', 'sky', 'orange'].includes(color) ? '#1f2328' : '#ffffff');

/** Each bar is 100% of what its parts add up to. */
export function renderBars(title: string, bars: readonly Bar[], caption: string): string {
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const colorOf = (name: string): Color => palette[names.indexOf(name) % palette.length] as Color;
  const rows = bars.map(({ label, total, parts }, row) => {
    const y = top + row * rowHeight;
    const sum = parts.reduce((all, { value }) => all + value, 0);
    let x = left;
    const pieces = parts.map(({ name, value }) => {
      const width = ((right - left) * value) / sum;
      const share = `${Math.round((100 * value) / sum)}%`;
      const piece =
        element('rect', { x, y, width, height: thickness, fill: colors[colorOf(name)], stroke: '#ffffff' }) +
        (width > 34
          ? textAt(x + width / 2, y + 15, share, {
              'text-anchor': 'middle',
              fill: inkOn(colorOf(name)),
              'font-size': 11,
            })
          : '');
      x += width;
      return piece;
    });
    return (
      textAt(left - 10, y + 15, label, { 'text-anchor': 'end' }) +
      pieces.join('') +
      textAt(right + 10, y + 15, total)
    );
  });
  const legend = names.map((name): [string, Color] => [name, colorOf(name)]);
  return page(title, legend, top + bars.length * rowHeight + 12, rows.join('\n'), caption);
}
