/**
 * Command: measures a model on pictures laid out as Labeled Faces in the Wild: `FOLDER/images/<person>/<person>_0001.jpg` and the
 * set's own `FOLDER/pairs.txt`. Of several faces the one nearest to the picture's middle counts, for that is the person whom the set
 * means.
 * usage: npm run bench:accuracy -- FOLDER [MODEL]
 */
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { isEmbeddingModel } from '../lib/faces/human/models.ts';
import { WorkerPool } from '../lib/faces/human/pool.ts';
import { decodePicture } from '../lib/inputs/decode.ts';
import { progressBar } from '../local/progress.ts';

type Embeddings = ReadonlyMap<string, Float32Array | undefined>;

interface Pair {
  readonly fold: number;
  readonly same: boolean;
  readonly similarity: number;
}

const [folder = '', model = 'MobileFaceNet'] = process.argv.slice(2);
if (folder === '' || !isEmbeddingModel(model))
  throw new Error('usage: npm run bench:accuracy -- FOLDER [MODEL]');

const pictureOf = (person: string, number: string) => `${person}/${person}_${number.padStart(4, '0')}.jpg`;

/** Cosine; -1 where a face is missing. */
function similarityOf(embeddings: Embeddings, one: string, other: string): number {
  const [a, b] = [embeddings.get(one), embeddings.get(other)];
  if (!a || !b) return -1;
  let [dot, lengthA, lengthB] = [0, 0, 0];
  a.forEach((value, index) => {
    const partner = b[index] as number;
    dot += value * partner;
    lengthA += value * value;
    lengthB += partner * partner;
  });
  return dot / Math.sqrt(lengthA * lengthB);
}

async function embedAll(names: readonly string[]): Promise<Embeddings> {
  const workers = availableParallelism();
  const pool = await WorkerPool.start(workers, { minConfidence: 0.4, modelName: 'MobileFaceNet' });
  const bar = progressBar('embed', names.length);
  const limit = pLimit(workers + 1);
  const embed = async (name: string): Promise<[string, Float32Array | undefined]> => {
    const { width, height, pixels } = await decodePicture(await readFile(join(folder, 'images', name)));
    const faces = await pool.run({ picture: { width, height, data: pixels }, models: [model as 'Dlib'] });
    const offCentre = ({ x, y, w, h }: { x: number; y: number; w: number; h: number }) =>
      Math.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2);
    const [face] = [...faces].sort((one, other) => offCentre(one.area) - offCentre(other.area));
    bar.increment();
    return [name, face?.embeddings[model as 'Dlib']];
  };
  const embeddings = new Map(await Promise.all(names.map((name) => limit(() => embed(name)))));
  bar.stop();
  await pool.close();
  return embeddings;
}

async function readPairs(embeddings: Embeddings): Promise<Pair[]> {
  const [header = '', ...lines] = (await readFile(join(folder, 'pairs.txt'), 'utf8')).trim().split('\n');
  const perFold = 2 * Number(header.split('\t')[1]);
  return lines.map((line, index) => {
    const [person = '', first = '', second = '', third] = line.trim().split('\t');
    const same = third === undefined;
    const other = same ? pictureOf(person, second) : pictureOf(second, third);
    const similarity = similarityOf(embeddings, pictureOf(person, first), other);
    return { fold: Math.floor(index / perFold), same, similarity };
  });
}

function accuracyAt(pairs: readonly Pair[], threshold: number): number {
  return pairs.filter(({ same, similarity }) => similarity >= threshold === same).length / pairs.length;
}

/** LFW's own measure: each fold at the threshold that is best on the others. */
function crossValidatedAccuracy(pairs: readonly Pair[]): number {
  const folds = [...new Set(pairs.map(({ fold }) => fold))];
  const accuracies = folds.map((fold) => {
    const others = pairs.filter((pair) => pair.fold !== fold);
    const candidates = others.map(({ similarity }) => ({
      similarity,
      accuracy: accuracyAt(others, similarity),
    }));
    const best = candidates.reduce((one, other) => (other.accuracy > one.accuracy ? other : one));
    return accuracyAt(
      pairs.filter((pair) => pair.fold === fold),
      best.similarity,
    );
  });
  return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / folds.length;
}

/** The threshold that lets at most this share of the values through. */
function thresholdFor(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => other - one);
  return sorted[Math.floor(sorted.length * share)] as number;
}

/** Share of genuine pairs that match where at most 0.1% of the impostor pairs do. */
function trueAcceptRate(pairs: readonly Pair[]): number {
  const impostors = pairs.filter(({ same }) => !same).map(({ similarity }) => similarity);
  const threshold = thresholdFor(impostors, 0.001);
  const genuine = pairs.filter(({ same }) => same);
  return genuine.filter(({ similarity }) => similarity > threshold).length / genuine.length;
}

/**
 * Open-set identification: each person of several pictures is listed with the first, their other pictures are looked up, and so is
 * every person of one picture, who is a stranger. The share of the former whose nearest listed person is the right one, at the
 * threshold that 1% of the strangers pass.
 */
function identificationRate(embeddings: Embeddings) {
  const persons = Map.groupBy([...embeddings.keys()].sort(), (name) => name.split('/')[0] as string);
  const several = [...persons.values()].filter((names) => names.length > 1);
  const gallery = several.map(([first]) => first as string);
  const nearest = (probe: string) =>
    gallery
      .map((name) => ({ name, similarity: similarityOf(embeddings, probe, name) }))
      .reduce((one, other) => (other.similarity > one.similarity ? other : one));
  const strangers = [...persons.values()]
    .filter((names) => names.length === 1)
    .map(([name]) => name as string);
  const threshold = thresholdFor(
    strangers.map((name) => nearest(name).similarity),
    0.01,
  );
  const probes = several.flatMap(([, ...others]) => others);
  const found = probes.filter((probe) => {
    const { name, similarity } = nearest(probe);
    return similarity > threshold && name.split('/')[0] === probe.split('/')[0];
  });
  return {
    rate: found.length / probes.length,
    listed: gallery.length,
    strangers: strangers.length,
    threshold,
  };
}

/** Over all pairs of different persons and of the same person: what a threshold means in practice. */
function errorRates(embeddings: Embeddings, distances: readonly number[]) {
  const names = [...embeddings.keys()];
  const rows = distances.map((distance) => ({ distance, falseMatches: 0, falseNonMatches: 0 }));
  let impostors = 0;
  let genuine = 0;
  names.forEach((one, index) => {
    for (const other of names.slice(index + 1)) {
      const same = one.split('/')[0] === other.split('/')[0];
      const distance = 1 - similarityOf(embeddings, one, other);
      if (same) genuine++;
      else impostors++;
      for (const row of rows) {
        if (!same && distance <= row.distance) row.falseMatches++;
        if (same && distance > row.distance) row.falseNonMatches++;
      }
    }
  });
  return rows.map(({ distance, falseMatches, falseNonMatches }) => ({
    'cosine distance': distance,
    FMR: (falseMatches / impostors).toExponential(1),
    FNMR: `${((100 * falseNonMatches) / genuine).toFixed(1)}%`,
  }));
}

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
const people = (await readdir(join(folder, 'images'))).sort();
const names = (
  await Promise.all(
    people.map(async (person) =>
      (await readdir(join(folder, 'images', person))).map((file) => `${person}/${file}`),
    ),
  )
).flat();
const embeddings = await embedAll(names);
const pairs = await readPairs(embeddings);
const identification = identificationRate(embeddings);
console.table({
  model,
  pictures: names.length,
  'with a face': [...embeddings.values()].filter((embedding) => embedding !== undefined).length,
  accuracy: percent(crossValidatedAccuracy(pairs)),
  'TAR at FAR 0.1%': percent(trueAcceptRate(pairs)),
  [`TPIR at FPIR 1%, ${identification.listed} listed, ${identification.strangers} strangers`]: percent(
    identification.rate,
  ),
});
console.table(
  errorRates(embeddings, model === 'Dlib' ? [0.05, 0.06, 0.07, 0.08] : [0.48, 0.52, 0.56, 0.6, 0.64, 0.68]),
);
