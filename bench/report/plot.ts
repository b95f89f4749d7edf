import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Okabe and Ito's colours, which people of any colour vision tell apart. */
export const palette = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#aa4499',
  '#e69f00',
  '#56b4e9',
  '#8a6d00',
  '#3d444d',
  '#8c959f',
];
const size = { width: 680, height: 300 };
const captionLength = 104;

export interface Plot {
  readonly title: string;
  /** Names the data, the machine and the command. */
  readonly caption: string;
  readonly height?: number;
  readonly layer: readonly object[];
}

/** Draws a plot as SVG. */
export async function draw({ title, caption, height, layer }: Plot): Promise<string> {
  const spec = {
    ...size,
    ...(height && { height }),
    background: 'white',
    padding: 16,
    title: { text: title, subtitle: wrapped(caption), anchor: 'start', subtitleColor: '#59636e' },
    config: {
      range: { category: palette },
      axis: { gridColor: '#e4e8ec', labelFontSize: 12, titleFontSize: 12, labelFlush: false },
      title: { fontSize: 15, subtitleFontSize: 11, subtitlePadding: 4, offset: 12 },
      legend: {
        orient: 'bottom',
        title: null,
        labelFontSize: 12,
        labelLimit: 0,
        columns: 5,
        symbolStrokeWidth: 3,
      },
      view: { stroke: '#d1d9e0' },
    },
    layer,
  };
  const view = new View(parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line.length + word.length < captionLength) lines[lines.length - 1] = `${line} ${word}`.trim();
    else lines.push(word);
  }
  return lines;
}

export const logarithmic = (title: string, format: string, domain: readonly [number, number]) => ({
  type: 'quantitative',
  scale: { type: 'log', domain, nice: false },
  axis: { title, format, tickCount: Math.round(Math.log10(domain[1] / domain[0])) },
});
export const linear = (title: string, format: string, domain: readonly [number, number]) => ({
  type: 'quantitative',
  scale: { domain, nice: false },
  axis: { title, format },
});
export const series = { field: 'name', type: 'nominal', sort: null };
