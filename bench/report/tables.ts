import type { Provenance, Results, SpeedRow } from '../figures.ts';
import { measuredBy } from './plots.ts';

/** Tables of the documents, each between `<!-- bench: NAME -->` and `<!-- /bench -->`. */
export type TableName = 'summary' | 'accuracy' | 'confidence' | 'speed' | 'service' | 'search';

const count = (value: number) => value.toLocaleString('en');
const percent = (share: number, digits: number) => `${(100 * share).toFixed(digits)}%`;
const ms = (value: number) => (value < 10 ? value.toPrecision(2) : count(Math.round(value)));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replaceAll(/\| {2}(?=\|)/g, '| ');
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function measured(provenance: Provenance): string {
  const [where = '', command = ''] = measuredBy(provenance).split(': ');
  return `<sup>${where}: \`${command}\`.</sup>`;
}

/** Makes every table that there are figures for, in Markdown, with its plots. */
export function tablesOf(results: Results): Map<TableName, string> {
  const { accuracy, confidence, speed, service, search } = results;
  const tables = new Map<TableName, string>();
  if (accuracy?.Fusion && speed && search)
    tables.set('summary', summaryTable(accuracy.Fusion, speed, search));
  if (accuracy && Object.keys(accuracy).length > 0) tables.set('accuracy', accuracyTable(accuracy));
  if (confidence) tables.set('confidence', confidenceTable(confidence));
  if (speed) tables.set('speed', speedTable(speed));
  if (service) tables.set('service', serviceTable(service));
  if (search) tables.set('search', searchTable(search));
  return tables;
}

/**
 * Writes the tables into the places that a document has for them.
 *
 * @throws Error if a place is never closed.
 */
export function withTables(text: string, tables: ReadonlyMap<TableName, string>): string {
  let written = text;
  for (const [name, content] of tables) {
    const [start, end] = [`<!-- bench: ${name} -->`, '<!-- /bench -->'];
    const from = written.indexOf(start);
    if (from < 0) continue;
    const to = written.indexOf(end, from);
    if (to < 0) throw new Error(`${start} has no ${end} after it.`);
    written = `${written.slice(0, from)}${start}\n\n${content}\n\n${written.slice(to)}`;
  }
  return written;
}

/** Makes the table of what some thresholds keep: faces, and boxes that are none. */
function confidenceTable({ kept, ...provenance }: NonNullable<Results['confidence']>): string {
  const names = { blazeFace: 'BlazeFace', ssd: 'SSD' } as const;
  const [first] = kept;
  const head = (first?.at ?? []).map(({ threshold }) => `${threshold}`);
  const rows = kept.map(({ detector, kind, pictures, faces, at }) => {
    const cells = at.map((one) => {
      const falses = `${one.falses} false`;
      return faces === 0 ? falses : `${percent(one.faces / faces, 1)}${one.falses > 0 ? `, ${falses}` : ''}`;
    });
    return [`${names[detector]}: ${kind}`, `${count(pictures)}`, `${count(faces)}`, ...cells];
  });
  return [
    table(['', 'pictures', 'faces', ...head.map((one) => `at ${one}`)], rows),
    measured(provenance),
    '![The share of boxes that are faces, by confidence](confidence.svg)',
  ].join('\n\n');
}

/** Makes the README's table: five figures, each with the command that measures it. */
function summaryTable(
  { accuracy, trueAcceptRates, identificationRates }: NonNullable<NonNullable<Results['accuracy']>['Fusion']>,
  { pictures }: NonNullable<Results['speed']>,
  { sizes }: NonNullable<Results['search']>,
): string {
  const [, falseAccepts = [0, 0] as const] = trueAcceptRates;
  const [falseAlarms = [0, 0] as const] = identificationRates;
  const human = pictures[0]?.rows.find(({ pipeline }) => pipeline === 'Human');
  const largest = sizes.at(-1);
  const measures = (name: string) => `\`npm run bench -- ${name}\``;
  return table(
    ['figure', 'value', 'command'],
    [
      ['accuracy on pairs of faces (LFW, development folds)', percent(accuracy, 2), measures('accuracy')],
      [
        `pairs of one person that match, at ${percent(falseAccepts[0], 1)} false matches`,
        percent(falseAccepts[1], 1),
        measures('accuracy'),
      ],
      [
        `listed people found, at ${percent(falseAlarms[0], 0)} of strangers accused`,
        percent(falseAlarms[1], 1),
        measures('accuracy'),
      ],
      [
        'one face: times as fast as Human’s own pipeline',
        (human?.wallRatio ?? 0).toFixed(1),
        measures('speed'),
      ],
      [
        `one face against ${count(largest?.listed ?? 0)} pictures`,
        `${ms(largest?.search.median ?? 0)} ms`,
        measures('search'),
      ],
    ],
  );
}

function accuracyTable(accuracy: NonNullable<Results['accuracy']>): string {
  const models = Object.entries(accuracy);
  const [, first] = models[0] as (typeof models)[number];
  const rates = (name: string, of: string, values: readonly (readonly [number, number])[]) =>
    values.map(([rate]) => `${name} at ${of} ${percent(rate, rate < 0.01 ? 1 : 0)}`);
  const head = [
    ...['model', 'accuracy', 'AUC', 'EER'],
    ...rates('TAR', 'FAR', first.trueAcceptRates),
    ...rates('TPIR', 'FPIR', first.identificationRates),
  ];
  const rows = models.map(([name, figures]) => [
    `\`${name}\``,
    `${percent(figures.accuracy, 2)} ± ${percent(figures.standardError, 2)}`,
    figures.areaUnderCurve.toFixed(4),
    percent(figures.equalErrorRate, 2),
    ...figures.trueAcceptRates.map(([, rate]) => percent(rate, 1)),
    ...figures.identificationRates.map(([, rate]) => percent(rate, 1)),
  ]);
  const plots = [
    '![False match rate against false non-match rate, for each model](accuracy-errors.svg)',
    '![Cosine similarities of pictures of one person and of different people](accuracy-scores.svg)',
    '![Listed people found against strangers accused, for each model](accuracy-identification.svg)',
  ];
  return [table(head, rows), measured(first), ...plots].join('\n\n');
}

/** Makes the row that compares each pipeline's CPU time with its own for a picture with one face. */
function timesOne(rows: readonly SpeedRow[], one: readonly SpeedRow[]): string[] {
  const times = rows.map(({ pipeline, cpuMs }) => {
    const alone = one.find((other) => other.pipeline === pipeline)?.cpuMs ?? 0;
    return (cpuMs / alone).toFixed(1);
  });
  return ['times one face of 1,080 px, CPU', ...times];
}

function speedTable({ pictures, throughput, ...provenance }: NonNullable<Results['speed']>): string {
  const names = pictures[0]?.rows.map(({ pipeline }) => pipeline) ?? [];
  const named = (name: string) =>
    name === 'Human' || name === 'face-api' ? name : name.replace(/^\w+/, '`$&`');
  const one = pictures.find(({ name }) => name === '1,080 px, 1 face')?.rows;
  const rows = pictures.flatMap(({ name, rows: measurements, faces }) => [
    [`${name}: ms (CPU)`, ...measurements.map(({ wallMs, cpuMs }) => `${ms(wallMs)} (${ms(cpuMs)})`)],
    [
      'times as long (CPU)',
      ...measurements.map(({ wallRatio, cpuRatio }) => `${wallRatio.toFixed(2)} (${cpuRatio.toFixed(2)})`),
    ],
    ...(faces > 1 ? [['faces found', ...measurements.map(({ faces: found }) => String(found))]] : []),
    ...(faces !== 1 && one ? [timesOne(measurements, one)] : []),
  ]);
  const perSecond = throughput.map(({ model, workers, perSecond: all, perSecondWithOne, factor }) => {
    return [
      `\`${model}\``,
      perSecondWithOne.toFixed(1),
      `${all.toFixed(1)} (${workers} workers)`,
      factor.toFixed(2),
    ];
  });
  return [
    table(['', ...names.map(named)], rows),
    '',
    table(['pictures of 250 px a second', '1 worker', 'all cores', 'factor'], perSecond),
    '',
    measured(provenance),
    '',
    '![Where the time of a picture goes, by stages](speed-stages.svg)',
  ].join('\n');
}

function serviceTable(service: NonNullable<Results['service']>): string {
  const { idle, busy, model, engineMs, requestMs, large } = service;
  const decimal = (value: number) => value.toFixed(1);
  const rows = [
    ['start to first answer', `${decimal(service.startMs / 1000)} s`],
    [`a picture of 250 px with one face: the engine alone, \`${model}\``, `${ms(engineMs)} ms`],
    [
      'the same as a whole request, three files and a record saved',
      `${ms(requestMs)} ms, ${(requestMs / engineMs).toFixed(2)} times the engine`,
    ],
    ...(large
      ? [
          [
            'a picture of 24 megapixels with 40 faces of 36 to 60 px, as a whole request',
            `${ms(large.median)} ms, ${ms(large.slowest)} ms at most`,
          ],
        ]
      : []),
    ['pictures of 1,920 px with 3 to 5 faces each', `${decimal(service.perSecond)} a second`],
    [
      '`GET /`: idle; while pictures are processed',
      `${decimal(idle.median)} ms, ${ms(idle.slowest)} ms at most; ${decimal(busy.median)} ms, ${ms(busy.slowest)} ms at most`,
    ],
    [
      'resident memory after 100 such pictures, and after 500',
      `${service.memoryAfter100.toFixed(0)} MB, ${service.memoryAfter500.toFixed(0)} MB`,
    ],
  ];
  return `${table(['', ''], rows)}\n\n${measured(service)}`;
}

function searchTable({ sizes, ...provenance }: NonNullable<Results['search']>): string {
  const both = ({ median, cpu }: { median: number; cpu: number }) => `${ms(median)} (${ms(cpu)})`;
  const row = (name: string, of: (size: (typeof sizes)[number]) => string) => [name, ...sizes.map(of)];
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
  const rows = [
    row('one face, ms: median (CPU)', ({ search }) => both(search)),
    row('one face, ms: 99 of 100 take at most', ({ search }) => ms(search.p99)),
    row('40 faces of one picture, ms (CPU)', ({ crowd }) => both(crowd)),
    row('a plain JavaScript loop, one face, ms (CPU)', ({ loop }) => both(loop)),
    row('Human’s `match.find`, one face, ms (CPU)', ({ human }) => both(human)),
    row(
      'start: reading them from the database, s (CPU)',
      ({ loadMs, loadCpuMs }) => `${seconds(loadMs)} (${seconds(loadCpuMs)})`,
    ),
    row('memory, in sizes of the vectors', ({ memoryRatio }) => memoryRatio.toFixed(2)),
    row('of the nearest by double precision, found', ({ recall }) =>
      recall === 1 ? 'all' : percent(recall, 2),
    ),
  ];
  const head = ['listed pictures', ...sizes.map(({ listed }) => count(listed))];
  const plot = '![CPU time of a search against the number of listed pictures](search-latency.svg)';
  return [table(head, rows), measured(provenance), plot].join('\n\n');
}
