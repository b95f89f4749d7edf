/** Plots as SVG, readable on light and dark pages: they bring their own background. */

export interface Axis {
  /** With its unit. */
  readonly label: string;
  readonly scale: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

type Points = readonly (readonly [number, number])[];

export type Mark =
  | {
      readonly kind: 'line' | 'area';
      readonly name: string;
      readonly color: Color;
      readonly points: Points;
      readonly withDots?: boolean;
      readonly isDashed?: boolean;
    }
  /** A vertical line at a place of the x axis. */
  | { readonly kind: 'rule'; readonly at: number; readonly label: string };

export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
  /** What was measured, where, and by which command. */
  readonly caption: string;
}

/** Told apart by people of any colour vision (Okabe and Ito's palette), each dark enough for a thin line on white. */
export const colors = {
  blue: '#0072b2',
  vermilion: '#d55e00',
  green: '#009e73',
  purple: '#aa4499',
  orange: '#e69f00',
  gray: '#8c959f',
  sky: '#56b4e9',
  ocher: '#8a6d00',
  black: '#3d444d',
} as const;
export type Color = keyof typeof colors;

const width = 760;
const frame = { left: 78, right: 24, top: 74, height: 300 };
const captionLine = 16;
const captionLength = 126;
const ink = { text: '#1f2328', faint: '#59636e', grid: '#e4e8ec', edge: '#d1d9e0', page: '#ffffff' };

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] as string);
const rounded = (value: number) => Number(value.toFixed(1));

type Attributes = Readonly<Record<string, string | number>>;

/** An element with escaped attributes; its content is SVG already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const told = Object.entries(attributes).map(([key, value]) => {
    return ` ${key}="${escaped(String(typeof value === 'number' ? rounded(value) : value))}"`;
  });
  return content === '' ? `<${name}${told.join('')}/>` : `<${name}${told.join('')}>${content}</${name}>`;
}

export function textAt(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x, y, fill: ink.text, ...attributes }, escaped(text));
}

/** Keys of colours, in as many rows as they need, and how much taller than one row that is. */
function legendOf(names: readonly (readonly [string, Color])[]): { keys: string[]; extra: number } {
  let [x, y] = [24, 46];
  const keys = names.map(([name, color]) => {
    // About the width of its letters.
    const length = 20 + 6.7 * name.length;
    if (x > 24 && x + length > width - 16) [x, y] = [24, y + 20];
    const key =
      element('rect', { x, y, width: 14, height: 5, rx: 2.5, fill: colors[color] }) +
      textAt(x + 20, y + 7, name);
    x += length + 24;
    return key;
  });
  return { keys, extra: y - 46 };
}

/** A page of its own with a title, a legend and a caption, and `height` pixels of all but the caption. */
export function page(
  title: string,
  legend: readonly (readonly [string, Color])[],
  height: number,
  content: string,
  caption: string,
): string {
  const lines = wrapped(caption, captionLength);
  const { keys, extra } = legendOf(legend);
  const bottom = height + extra;
  const total = bottom + 20 + captionLine * lines.length;
  const body = [
    element('title', {}, escaped(title)),
    element('rect', {
      ...{ x: 0.5, y: 0.5, width: width - 1, height: total - 1, rx: 6 },
      ...{ fill: ink.page, stroke: ink.edge },
    }),
    textAt(24, 30, title, { 'font-size': 16, 'font-weight': 600 }),
    ...keys,
    extra === 0 ? content : element('g', { transform: `translate(0 ${extra})` }, content),
    ...lines.map((line, index) =>
      textAt(24, bottom + 8 + captionLine * index, line, { fill: ink.faint, 'font-size': 11.5 }),
    ),
  ];
  return `${element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${total}`, width, height: total },
      ...{ role: 'img', 'font-size': 12.5 },
      'font-family': "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif",
    },
    `\n${body.join('\n')}\n`,
  )}\n`;
}

export function renderPlot({ title, x, y, marks, caption }: Plot): string {
  const right = width - frame.right;
  const bottom = frame.top + frame.height;
  const across = (value: number) => frame.left + (right - frame.left) * shareOf(x, value);
  const up = (value: number) => bottom - frame.height * shareOf(y, value);
  const content = [
    ...x.ticks.map(({ at, label }) => {
      const line = { x1: across(at), x2: across(at), y1: frame.top, y2: bottom, stroke: ink.grid };
      return (
        element('line', line) +
        textAt(across(at), bottom + 19, label, { 'text-anchor': 'middle', fill: ink.faint })
      );
    }),
    ...y.ticks.map(({ at, label }) => {
      const line = { x1: frame.left, x2: right, y1: up(at), y2: up(at), stroke: ink.grid };
      return (
        element('line', line) +
        textAt(frame.left - 9, up(at) + 4, label, { 'text-anchor': 'end', fill: ink.faint })
      );
    }),
    element('path', { d: `M${frame.left} ${frame.top}V${bottom}H${right}`, fill: 'none', stroke: ink.faint }),
    ...marks.map((mark) => drawMark(mark, across, up, bottom)),
    textAt((frame.left + right) / 2, bottom + 43, x.label, { 'text-anchor': 'middle' }),
    textAt(0, 0, y.label, {
      'text-anchor': 'middle',
      transform: `translate(22 ${frame.top + frame.height / 2}) rotate(-90)`,
    }),
  ];
  const legend = marks.flatMap((mark): [string, Color][] =>
    mark.kind === 'rule' ? [] : [[mark.name, mark.color]],
  );
  return page(title, legend, bottom + 68, content.join('\n'), caption);
}

function drawMark(
  mark: Mark,
  across: (value: number) => number,
  up: (value: number) => number,
  bottom: number,
): string {
  if (mark.kind === 'rule') {
    const x = across(mark.at);
    const line = { x1: x, x2: x, y1: frame.top, y2: bottom, stroke: ink.text, 'stroke-dasharray': '5 4' };
    const side = x > width / 2 ? { x: x - 7, 'text-anchor': 'end' } : { x: x + 7 };
    return element('line', line) + textAt(x, frame.top + 14, mark.label, side);
  }
  const { kind, points, color } = mark;
  const stroke = { stroke: colors[color], 'stroke-width': 2, 'stroke-linejoin': 'round' };
  const path = points
    .map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${rounded(across(x))} ${rounded(up(y))}`)
    .join('');
  if (kind === 'area') {
    const [first = [0, 0], last = [0, 0]] = [points[0], points.at(-1)];
    const closed = `${path}L${rounded(across(last[0]))} ${bottom}L${rounded(across(first[0]))} ${bottom}Z`;
    return element('path', { d: closed, ...stroke, fill: colors[color], 'fill-opacity': '0.25' });
  }
  const dots = mark.withDots
    ? points.map(([x, y]) => element('circle', { cx: across(x), cy: up(y), r: 3.5, fill: colors[color] }))
    : [];
  const dashes = mark.isDashed ? { 'stroke-dasharray': '6 4' } : {};
  return element('path', { d: path, ...stroke, ...dashes, fill: 'none' }) + dots.join('');
}

/** Where on its axis a value lies, 0..1; what lies beyond an end is drawn at it. */
function shareOf({ scale, from, to }: Axis, value: number): number {
  const place = (one: number) => (scale === 'log' ? Math.log10(one) : one);
  const share = (place(value) - place(from)) / (place(to) - place(from));
  return Math.min(1, Math.max(0, share));
}

/** Lines of at most so many characters. */
function wrapped(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
