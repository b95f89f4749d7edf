/**
 * Measures how well the models tell people apart, on pictures laid out as Labeled Faces in the Wild.
 * usage: npm run bench -- accuracy --data FOLDER [--model MODEL]
 */

import {
  isModelVersion,
  type ModelVersionName,
  modelVersionNames,
  modelVersions,
} from '../../lib/faces/engine/models/models.ts';
import type { AccuracyFigures, Rate } from '../figures.ts';
import { parseOptions } from '../options.ts';
import { saveReport } from '../report/report.ts';
import { provenanceOf, readResults } from '../report/results.ts';
import { WrongUseError } from '../wrong-use.ts';
import { type Lfw, openLfw, personOf } from './lfw.ts';
import {
  areaUnderCurve,
  crossValidate,
  equalErrorRate,
  identificationCurve,
  identificationRate,
  type Searches,
  trueAcceptRate,
} from './measures.ts';
import { type Embeddings, embedByModels } from './people.ts';
import { errorTradeOff, missRateAt, ScoreCounts } from './score-counts.ts';

export const wantedRates = [0.01, 0.001] as const;
const wantedMatchRates = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] as const;
const histogram = { from: -0.3, to: 1, step: 0.02 } as const;

/** Embeddings of length 1, one after the other; pictures without a face have none. */
interface Faces {
  readonly vectors: Float32Array;
  readonly dimensions: number;
  readonly places: ReadonlyMap<string, number>;
}

export async function run(words: readonly string[]): Promise<void> {
  const { data, model, out } = parseOptions(words);
  if (data === undefined) {
    throw new WrongUseError(
      'accuracy wants --data FOLDER, with the pictures at FOLDER/<person>/<person>_0001.jpg and FOLDER/pairs.txt.',
    );
  }
  if (model !== undefined && !isModelVersion(model)) {
    throw new WrongUseError(`There is no model '${model}': ${modelVersionNames.join(', ')}.`);
  }
  const lfw = await openLfw(data);
  const models = model === undefined ? modelVersionNames : [model];
  const named = model === undefined ? '' : ` --model ${model}`;
  const provenance = provenanceOf(`npm run bench -- accuracy --data FOLDER${named}`);
  const embedded = await embedByModels(lfw.folder, lfw.pictures, models);
  const figures = models.map((name): [ModelVersionName, AccuracyFigures] => [
    name,
    measure(lfw, embedded.get(name) as Embeddings, 1 - modelVersions[name].thresholds.cosine),
  ]);
  for (const [name, measured] of figures) print(name, measured);
  const earlier = (await readResults(out.results)).accuracy ?? {};
  const measured = Object.fromEntries(figures.map(([name, one]) => [name, { ...provenance, ...one }]));
  // One table and one plot show all models, so their figures must be of the same pictures.
  const isOfThese = (other: AccuracyFigures) =>
    other.pictures === lfw.pictures.length && other.people === lfw.people;
  const known = modelVersionNames.flatMap((name) => {
    const last = measured[name] ?? earlier[name];
    return last && isOfThese(last) ? [[name, last] as const] : [];
  });
  await saveReport(out, { accuracy: Object.fromEntries(known) });
}

function measure(lfw: Lfw, embeddings: Embeddings, threshold: number): AccuracyFigures {
  const faces = facesOf(embeddings);
  const pairs = lfw.pairs.map(({ fold, same, first, second }) => {
    return { fold, same, similarity: similarityOf(faces, first, second) };
  });
  const scores = {
    same: pairs.filter(({ same }) => same).map(({ similarity }) => similarity),
    different: pairs.filter(({ same }) => !same).map(({ similarity }) => similarity),
  };
  const searches = identify(lfw.pictures, faces);
  const { same, different } = compareAll(faces);
  return {
    people: lfw.people,
    pictures: lfw.pictures.length,
    withFace: faces.places.size,
    folds: lfw.folds,
    pairsPerFold: lfw.pairsPerFold,
    ...crossValidate(pairs),
    areaUnderCurve: areaUnderCurve(scores),
    equalErrorRate: equalErrorRate(scores),
    trueAcceptRates: wantedRates.map((rate) => [rate, trueAcceptRate(scores, rate)]),
    identificationRates: wantedRates.map((rate) => [rate, identificationRate(searches, rate)]),
    identificationCurve: identificationCurve(searches),
    listed: searches.gallery,
    probes: searches.listed.length,
    strangers: searches.strangers.length,
    samePairs: same.total,
    differentPairs: different.total,
    missRates: wantedMatchRates
      .filter((rate) => rate * different.total >= 1)
      .map((rate) => [rate, missRateAt(same, different, rate)]),
    errorTradeOff: errorTradeOff(same, different),
    histogram: {
      from: histogram.from,
      step: histogram.step,
      same: same.histogram(histogram.from, histogram.to, histogram.step),
      different: different.histogram(histogram.from, histogram.to, histogram.step),
    },
    threshold,
  };
}

function facesOf(embeddings: Embeddings): Faces {
  const found = [...embeddings].flatMap(([name, vector]) => (vector ? [{ name, vector }] : []));
  const dimensions = found[0]?.vector.length ?? 0;
  const vectors = new Float32Array(found.length * dimensions);
  found.forEach(({ vector }, place) => {
    const length = Math.hypot(...vector);
    vectors.set(
      vector.map((value) => value / length),
      place * dimensions,
    );
  });
  return { vectors, dimensions, places: new Map(found.map(({ name }, place) => [name, place])) };
}

function cosine({ vectors, dimensions }: Faces, one: number, other: number): number {
  const [start, otherStart] = [one * dimensions, other * dimensions];
  let dot = 0;
  for (let i = 0; i < dimensions; i++) {
    dot += (vectors[start + i] as number) * (vectors[otherStart + i] as number);
  }
  return dot;
}

/** Gives the cosine similarity of two pictures; -1 if a face is missing. */
function similarityOf(faces: Faces, first: string, second: string): number {
  const [one, other] = [faces.places.get(first), faces.places.get(second)];
  return one === undefined || other === undefined ? -1 : cosine(faces, one, other);
}

/**
 * Searches for people by open-set identification. The gallery holds the first picture of each person who has
 * several. The probes are the other pictures of these people, and the pictures of everybody else, who are
 * strangers.
 */
function identify(pictures: readonly string[], faces: Faces): Searches & { gallery: number } {
  const people = [...Map.groupBy(pictures, personOf).values()];
  const several = people.filter((names) => names.length > 1);
  const gallery = several.map(([first]) => first as string);
  const nearest = (probe: string) => {
    let best = { similarity: -1, name: '' };
    for (const name of gallery) {
      const similarity = similarityOf(faces, probe, name);
      if (similarity > best.similarity) best = { similarity, name };
    }
    return best;
  };
  return {
    gallery: gallery.length,
    listed: several
      .flatMap(([, ...others]) => others)
      .map((probe) => {
        const { similarity, name } = nearest(probe);
        return { similarity, isRight: personOf(name) === personOf(probe) };
      }),
    strangers: people
      .filter((names) => names.length === 1)
      .map(([probe]) => nearest(probe as string).similarity),
  };
}

function compareAll(faces: Faces): { same: ScoreCounts; different: ScoreCounts } {
  const persons = [...faces.places.keys()].map(personOf);
  const [same, different] = [new ScoreCounts(), new ScoreCounts()];
  for (let one = 0; one < persons.length; one++) {
    for (let other = one + 1; other < persons.length; other++) {
      (persons[one] === persons[other] ? same : different).add(cosine(faces, one, other));
    }
  }
  return { same, different };
}

const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)}%`;

function print(model: string, figures: AccuracyFigures): void {
  const rates = (name: string, of: string, values: readonly Rate[]) =>
    values.map(([rate, value]) => [
      `${name} at ${of} ${percent(rate, rate < 0.001 ? 4 : 1)}`,
      percent(value),
    ]);
  console.log(`\n${model}`);
  console.table({
    people: figures.people,
    'pictures, with a face': `${figures.pictures}, ${figures.withFace}`,
    [`accuracy, ${figures.folds} folds of 2 x ${figures.pairsPerFold} pairs`]: `${percent(figures.accuracy)} (standard error ${percent(figures.standardError)})`,
    'area under the ROC curve': figures.areaUnderCurve.toFixed(5),
    'equal error rate': percent(figures.equalErrorRate),
    ...Object.fromEntries(rates('TAR', 'FAR', figures.trueAcceptRates)),
    'listed, probes of them, strangers': `${figures.listed}, ${figures.probes}, ${figures.strangers}`,
    ...Object.fromEntries(rates('TPIR', 'FPIR', figures.identificationRates)),
    'all pairs: same, different': `${figures.samePairs}, ${figures.differentPairs}`,
    ...Object.fromEntries(rates('FNMR', 'FMR', figures.missRates)),
  });
}
