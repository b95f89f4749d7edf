import { type Bar, renderBars } from './bars.ts';
import type { Provenance, Results } from './results.ts';
import { type Axis, type Color, type Mark, renderPlot } from './svg.ts';

/** The names of the files, which the README shows. */
export type PlotName =
  | 'accuracy-errors.svg'
  | 'accuracy-scores.svg'
  | 'accuracy-identification.svg'
  | 'search-latency.svg'
  | 'speed-stages.svg';

type ModelFigures = NonNullable<NonNullable<Results['accuracy']>['Fusion']>;

const modelColors: readonly Color[] = ['blue', 'vermilion', 'green', 'purple', 'orange', 'black'];
const count = (value: number) => value.toLocaleString('en');
const percentLabel = (share: number) => `${Number((100 * share).toPrecision(2))}%`;

/** One line on machine, version, day and command, and on what else the machine did. */
export function measuredBy({ machine, cores, node, commit, date, command, loadAverage }: Provenance): string {
  const version = node.replace(/^v/, '');
  const besides = loadAverage >= 1 ? `, other programs using it (load ${loadAverage})` : '';
  return `${cores} cores of ${machine}${besides}, Node ${version}, commit ${commit}, ${date}: ${command}`;
}

/** Every plot that there are figures for. */
export function plotsOf(results: Results): Map<PlotName, string> {
  const plots = new Map<PlotName, string>();
  const models = Object.entries(results.accuracy ?? {});
  const [first] = models;
  if (first) {
    plots.set('accuracy-errors.svg', errorPlot(models));
    plots.set('accuracy-scores.svg', scorePlot(...first));
    plots.set('accuracy-identification.svg', identificationPlot(models));
  }
  if (results.search) plots.set('search-latency.svg', searchPlot(results.search));
  if (results.speed) plots.set('speed-stages.svg', stagePlot(results.speed));
  return plots;
}

/** A logarithmic axis with a tick for each power of ten. */
function decades(label: string, from: number, to: number, name: (value: number) => string): Axis {
  const ticks: Axis['ticks'][number][] = [];
  for (let power = Math.round(Math.log10(from)); power <= Math.round(Math.log10(to)); power++) {
    ticks.push({ at: 10 ** power, label: name(10 ** power) });
  }
  return { label, scale: 'log', from, to, ticks };
}

function steps(label: string, from: number, to: number, step: number, name: (value: number) => string): Axis {
  const ticks = Array.from({ length: Math.floor((to - from) / step + 1e-9) + 1 }, (_, index) => {
    const at = Number((from + index * step).toFixed(6));
    return { at, label: name(at) };
  });
  return { label, scale: 'linear', from, to, ticks };
}

const decadeBelow = (value: number) => 10 ** Math.floor(Math.log10(value) + 1e-9);
const decadeAbove = (value: number) => 10 ** Math.ceil(Math.log10(value) - 1e-9);

function dataOf({ people, pictures }: ModelFigures): string {
  return `${count(people)} people, ${count(pictures)} pictures`;
}

/** Detection error trade-off, both axes logarithmic. */
function errorPlot(models: readonly [string, ModelFigures][]): string {
  const [, figures] = models[0] as [string, ModelFigures];
  const isTold = ([rate, missed]: readonly [number, number]) => rate <= 0.1 && missed > 0;
  const lowest = models.flatMap(([, model]) =>
    model.errorTradeOff.filter(isTold).map(([, missed]) => missed),
  );
  const leastMatches = Math.min(0.01, decadeAbove(1 / figures.differentPairs));
  const leastMisses = Math.min(0.1, decadeBelow(Math.min(1, ...lowest)));
  return renderPlot({
    title: 'Detection error trade-off: strangers taken for each other, people missed',
    x: decades(
      'false match rate: share of different people’s pairs within the threshold',
      leastMatches,
      0.1,
      percentLabel,
    ),
    y: decades('false non-match rate', leastMisses, 1, percentLabel),
    marks: models.map(([name, { errorTradeOff }], index): Mark => {
      const points = errorTradeOff.filter((point) => isTold(point) && point[0] >= leastMatches * 0.999);
      return { kind: 'line', name, color: modelColors[index % modelColors.length] as Color, points };
    }),
    caption:
      `Nearer to the lower left is better. ${dataOf(figures)}: all ${count(figures.samePairs)} pairs of one person and ` +
      `${count(figures.differentPairs)} of different people. ${measuredBy(figures)}`,
  });
}

function scorePlot(name: string, figures: ModelFigures): string {
  const { from, step, same, different } = withoutEmptySteps(figures.histogram);
  const stairs = (shares: readonly number[]) =>
    shares.flatMap((share, index): [number, number][] => [
      [from + index * step, share],
      [from + (index + 1) * step, share],
    ]);
  const most = Math.max(...same, ...different);
  return renderPlot({
    title: `Similarities of pictures of one person and of different people: ${name}`,
    x: steps('cosine similarity', from, from + step * same.length, 0.1, (value) => value.toFixed(1)),
    y: steps(
      `share of the pairs, per ${step}`,
      0,
      Math.max(0.02, Math.ceil(most / 0.02 - 1e-9) * 0.02),
      most > 0.3 ? 0.1 : 0.02,
      percentLabel,
    ),
    marks: [
      { kind: 'area', name: 'different people', color: 'vermilion', points: stairs(different) },
      { kind: 'area', name: 'the same person', color: 'blue', points: stairs(same) },
      { kind: 'rule', at: figures.threshold, label: `default threshold, ${figures.threshold.toFixed(2)}` },
    ],
    caption:
      `${dataOf(figures)}: all ${count(figures.samePairs)} pairs of one person and ${count(figures.differentPairs)} of ` +
      `different people, each kind as 100%. ${measuredBy(figures)}`,
  });
}

/** From the last tenth below the first pair on. */
function withoutEmptySteps({ from, step, same, different }: ModelFigures['histogram']) {
  const first = same.findIndex((share, index) => share + (different[index] as number) > 1e-4);
  const perTenth = Math.round(0.1 / step);
  const empty = perTenth * Math.floor(Math.max(0, first) / perTenth);
  return {
    from: Number((from + empty * step).toFixed(6)),
    step,
    same: same.slice(empty),
    different: different.slice(empty),
  };
}

function identificationPlot(models: readonly [string, ModelFigures][]): string {
  const [, figures] = models[0] as [string, ModelFigures];
  const lowest = Math.min(
    ...models.flatMap(([, model]) => model.identificationCurve.map(([, found]) => found)),
  );
  const floor = Math.min(0.9, Math.floor(10 * lowest) / 10);
  const least = Math.min(0.1, decadeBelow(1 / figures.strangers));
  return renderPlot({
    title: 'Open-set identification: listed people found, strangers accused',
    x: decades(
      'false positive identification rate: share of strangers who match anybody',
      least,
      1,
      percentLabel,
    ),
    y: steps('listed people found as themselves', floor, 1, floor < 0.5 ? 0.1 : 0.05, percentLabel),
    marks: models.map(([name, { identificationCurve }], index): Mark => {
      const color = modelColors[index % modelColors.length] as Color;
      return { kind: 'line', name, color, points: identificationCurve };
    }),
    caption:
      `Nearer to the upper left is better. ${dataOf(figures)}: ${count(figures.listed)} people listed with one picture each, ` +
      `${count(figures.probes)} other pictures of them, ${count(figures.strangers)} strangers: less than one of them is not ` +
      `to be told. ${measuredBy(figures)}`,
  });
}

function searchPlot({ sizes, ...provenance }: NonNullable<Results['search']>): string {
  const series = (name: string, color: Color, of: (size: (typeof sizes)[number]) => number): Mark => {
    const points = sizes.map((size): [number, number] => [size.listed, of(size)]);
    return { kind: 'line', name, color, points, withDots: true };
  };
  const marks = [
    series('this search', 'blue', ({ search }) => search.cpu),
    series('40 faces in one pass', 'sky', ({ crowd }) => crowd.cpu),
    series('a plain JavaScript loop', 'vermilion', ({ loop }) => loop.cpu),
    series('Human’s match.find', 'green', ({ human }) => human.cpu),
  ];
  const times = marks.flatMap((mark) => (mark.kind === 'rule' ? [] : mark.points.map(([, time]) => time)));
  const listed = sizes.map((size) => size.listed);
  const label = (value: number) => (value >= 1 ? count(value) : String(Number(value.toPrecision(1))));
  return renderPlot({
    title: 'Searching a face among many',
    x: decades(
      'listed pictures',
      decadeBelow(Math.min(...listed)),
      decadeAbove(Math.max(...listed, 10 * Math.min(...listed))),
      count,
    ),
    y: decades(
      'CPU time, milliseconds',
      decadeBelow(Math.max(1e-3, Math.min(...times))),
      decadeAbove(Math.max(...times)),
      label,
    ),
    marks,
    caption: `Embeddings of 512 numbers, made up; one thread, exact results. ${measuredBy(provenance)}`,
  });
}

function stagePlot({ profiles, crowdOf, ...provenance }: NonNullable<Results['speed']>): string {
  const bars = profiles.map(({ model, picture, stages }): Bar => {
    const total = stages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    const parts = new Map<string, number>();
    for (const { name, cpuMs } of stages) parts.set(name, (parts.get(name) ?? 0) + cpuMs);
    return {
      label: `${model}, ${picture}`,
      total: `${count(Math.round(total))} ms`,
      parts: [...parts].map(([name, value]) => ({ name, value })),
    };
  });
  return renderBars(
    'Where the time of a picture goes',
    bars,
    `CPU time of all threads, mean. One worker. The face is of face-api’s samples, the crowd of ${crowdOf}. ${measuredBy(provenance)}`,
  );
}
