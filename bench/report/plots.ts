import type { Provenance, Results } from '../figures.ts';
import { draw, linear, logarithmic, type Plot, palette, series } from './plot.ts';

/** Names of the plots' files, which the documents show. */
export type PlotName =
  | 'accuracy-errors.svg'
  | 'accuracy-scores.svg'
  | 'accuracy-identification.svg'
  | 'confidence.svg'
  | 'search-latency.svg'
  | 'speed-stages.svg';

type ModelFigures = NonNullable<NonNullable<Results['accuracy']>['Fusion']>;
type Models = readonly (readonly [string, ModelFigures])[];

const count = (value: number) => value.toLocaleString('en');

/** Describes machine, version, day and command in one line, and how busy the machine was otherwise. */
export function measuredBy({ machine, cores, node, commit, date, command, loadAverage }: Provenance): string {
  const version = node.replace(/^v/, '');
  const besides = loadAverage >= 1 ? `, other programs using it (load ${loadAverage})` : '';
  return `${cores} cores of ${machine}${besides}, Node ${version}, commit ${commit}, ${date}: ${command}`;
}

/** Draws every plot that there are figures for, as SVG on a white page. */
export async function plotsOf(results: Results): Promise<Map<PlotName, string>> {
  const plots = new Map<PlotName, string>();
  const models = Object.entries(results.accuracy ?? {});
  const [first] = models;
  if (first) {
    plots.set('accuracy-errors.svg', await draw(errorPlot(models)));
    plots.set('accuracy-scores.svg', await draw(scorePlot(...first)));
    plots.set('accuracy-identification.svg', await draw(identificationPlot(models)));
  }
  if (results.confidence) plots.set('confidence.svg', await draw(reliabilityPlot(results.confidence)));
  if (results.search) plots.set('search-latency.svg', await draw(searchPlot(results.search)));
  if (results.speed) plots.set('speed-stages.svg', await draw(stagePlot(results.speed)));
  return plots;
}

const decadeBelow = (value: number) => 10 ** Math.floor(Math.log10(value) + 1e-9);
const decadeAbove = (value: number) => 10 ** Math.ceil(Math.log10(value) - 1e-9);

function dataOf({ people, pictures }: ModelFigures): string {
  return `${count(people)} people, ${count(pictures)} pictures`;
}

function pointsOf(name: string, points: readonly (readonly [number, number])[]) {
  return points.map(([x, y]) => ({ name, x, y }));
}

/** Shows the detection error trade-off, with both axes logarithmic. */
function errorPlot(models: Models): Plot {
  const [, figures] = models[0] as Models[number];
  const leastMatches = Math.min(0.01, decadeAbove(1 / figures.differentPairs));
  const values = models.flatMap(([name, { errorTradeOff }]) =>
    pointsOf(
      name,
      errorTradeOff.filter(([rate, missed]) => rate <= 0.1 && rate >= leastMatches * 0.999 && missed > 0),
    ),
  );
  const leastMisses = Math.min(0.1, decadeBelow(Math.min(1, ...values.map(({ y }) => y))));
  const x = 'false match rate: share of different people’s pairs within the threshold';
  return {
    title: 'Detection error trade-off: strangers taken for each other, people missed',
    caption:
      `Nearer to the lower left is better. ${dataOf(figures)}: all ${count(figures.samePairs)} pairs of one person and ` +
      `${count(figures.differentPairs)} of different people. ${measuredBy(figures)}`,
    layer: [
      {
        data: { values },
        mark: { type: 'line', clip: true },
        encoding: {
          x: { field: 'x', ...logarithmic(x, '~p', [leastMatches, 0.1]) },
          y: { field: 'y', ...logarithmic('false non-match rate', '~p', [leastMisses, 1]) },
          color: series,
        },
      },
    ],
  };
}

/** Shows how the similarities of both kinds of pairs are spread. */
function scorePlot(name: string, figures: ModelFigures): Plot {
  const { from, step, same, different } = withoutEmptySteps(figures.histogram);
  const stairs = (kind: string, shares: readonly number[]) =>
    shares.map((share, index) => ({ name: kind, x: from + index * step, y: share }));
  const most = Math.max(...same, ...different);
  const domain = [from, Number((from + step * same.length).toFixed(6))] as const;
  const rule = { x: figures.threshold, label: `default threshold, ${figures.threshold.toFixed(2)}` };
  return {
    title: `Similarities of pictures of one person and of different people: ${name}`,
    caption:
      `${dataOf(figures)}: all ${count(figures.samePairs)} pairs of one person and ${count(figures.differentPairs)} of ` +
      `different people, each kind as 100%. ${measuredBy(figures)}`,
    layer: [
      {
        data: { values: [...stairs('different people', different), ...stairs('the same person', same)] },
        mark: { type: 'area', interpolate: 'step-after', opacity: 0.35, line: true },
        encoding: {
          x: { field: 'x', ...linear('cosine similarity', '.2f', domain) },
          y: {
            field: 'y',
            stack: null,
            ...linear(`share of the pairs, per ${step}`, '~p', [0, 1.05 * most]),
          },
          color: { ...series, scale: { range: [palette[1], palette[0]] } },
        },
      },
      {
        data: { values: [rule] },
        mark: { type: 'rule', strokeDash: [5, 4] },
        encoding: { x: { field: 'x', type: 'quantitative' } },
      },
      {
        data: { values: [rule] },
        mark: { type: 'text', align: 'left', dx: 5, y: 12 },
        encoding: { x: { field: 'x', type: 'quantitative' }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}

/** Begins at the last tenth below the first pair. */
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

function identificationPlot(models: Models): Plot {
  const [, figures] = models[0] as Models[number];
  const values = models.flatMap(([name, model]) => pointsOf(name, model.identificationCurve));
  const floor = Math.min(0.9, Math.floor(10 * Math.min(...values.map(({ y }) => y))) / 10);
  const least = Math.min(0.1, decadeBelow(1 / figures.strangers));
  const x = 'false positive identification rate: share of strangers who match anybody';
  return {
    title: 'Open-set identification: listed people found, strangers accused',
    caption:
      `Nearer to the upper left is better. ${dataOf(figures)}: ${count(figures.listed)} people listed with one picture each, ` +
      `${count(figures.probes)} other pictures of them, ${count(figures.strangers)} strangers: the rate can’t tell less than ` +
      `one of them. ${measuredBy(figures)}`,
    layer: [
      {
        data: { values },
        mark: { type: 'line', clip: true },
        encoding: {
          x: { field: 'x', ...logarithmic(x, '~p', [least, 1]) },
          y: { field: 'y', ...linear('listed people found as themselves', '~p', [floor, 1]) },
          color: series,
        },
      },
    ],
  };
}

/** Shows how many of the boxes of a confidence are faces. */
function reliabilityPlot({ reliability, ...provenance }: NonNullable<Results['confidence']>): Plot {
  const bins = [['BlazeFace', reliability.blazeFace] as const, ['SSD', reliability.ssd] as const].flatMap(
    ([name, own]) => own.map(({ confidence, faces, boxes }) => ({ name, x: confidence, y: faces, boxes })),
  );
  const ideal = [0, 1].map((value) => ({ x: value, y: value }));
  const x = { field: 'x', ...linear('confidence, mean of the boxes of a range', '~p', [0, 1]) };
  const y = { field: 'y', ...linear('share of the boxes that are faces', '~p', [0, 1]) };
  return {
    title: 'What a confidence is worth',
    caption: `Each point is a range of confidences; the larger, the more boxes. On the dashed line confidence is the share of faces. ${measuredBy(provenance)}`,
    layer: [
      {
        data: { values: ideal },
        mark: { type: 'line', strokeDash: [5, 4], color: '#8c959f' },
        encoding: { x, y },
      },
      { data: { values: bins }, mark: { type: 'line' }, encoding: { x, y, color: series } },
      {
        data: { values: bins },
        mark: { type: 'point', filled: true, opacity: 0.9 },
        encoding: {
          ...{ x, y, color: series },
          size: {
            field: 'boxes',
            type: 'quantitative',
            scale: { type: 'log', range: [20, 300] },
            legend: null,
          },
        },
      },
    ],
  };
}

function searchPlot({ sizes, ...provenance }: NonNullable<Results['search']>): Plot {
  const values = sizes.flatMap(({ listed, search, crowd, loop, human }) => [
    { name: 'this search', x: listed, y: search.cpu },
    { name: '40 faces in one pass', x: listed, y: crowd.cpu },
    { name: 'a plain JavaScript loop', x: listed, y: loop.cpu },
    { name: 'Human’s match.find', x: listed, y: human.cpu },
  ]);
  const listed = sizes.map((each) => each.listed);
  const times = values.map(({ y }) => y);
  return {
    title: 'Searching a face among many',
    caption: `Embeddings of 512 numbers, made up; one thread, exact results. ${measuredBy(provenance)}`,
    layer: [
      {
        data: { values },
        mark: { type: 'line', point: true },
        encoding: {
          x: {
            field: 'x',
            ...logarithmic('listed pictures', ',', [
              decadeBelow(Math.min(...listed)),
              decadeAbove(Math.max(...listed, 10 * Math.min(...listed))),
            ]),
          },
          y: {
            field: 'y',
            ...logarithmic('CPU time, milliseconds', '~', [
              decadeBelow(Math.max(1e-3, Math.min(...times))),
              decadeAbove(Math.max(...times)),
            ]),
          },
          color: series,
        },
      },
    ],
  };
}

/** Shows how the CPU time of a picture is divided among the stages. */
function stagePlot({ profiles, crowdOf, ...provenance }: NonNullable<Results['speed']>): Plot {
  const values = profiles.flatMap(({ model, picture, stages }) => {
    const total = stages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    const bar = `${model}, ${picture}: ${count(Math.round(total))} ms`;
    return stages.map(({ name, cpuMs }) => ({ bar, name, share: cpuMs / total }));
  });
  return {
    title: 'Where the time of a picture goes',
    caption: `CPU time of all threads, mean. One worker. The face is of face-api’s samples, the crowd of ${crowdOf}. ${measuredBy(provenance)}`,
    height: 44 * profiles.length,
    layer: [
      {
        data: { values },
        mark: { type: 'bar', height: 24 },
        encoding: {
          x: { aggregate: 'sum', field: 'share', ...linear('share of the time', '~p', [0, 1]) },
          y: { field: 'bar', type: 'nominal', sort: null, axis: { title: null, labelLimit: 0 } },
          color: series,
          order: { field: 'index' },
        },
      },
    ],
  };
}
