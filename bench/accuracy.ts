/**
 * Command: measures a model on pictures laid out as Labeled Faces in the Wild: `FOLDER/images/<person>/<person>_0001.jpg` and the
 * set's own `FOLDER/pairs.txt`.
 * usage: npm run bench:accuracy -- FOLDER [MODEL]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Embeddings, embedPictures, folderAndModel, picturesOf, similarityOf } from './people.ts';

interface Pair {
  readonly fold: number;
  readonly same: boolean;
  readonly similarity: number;
}

const { folder, model } = folderAndModel('npm run bench:accuracy -- FOLDER [MODEL]');

const pictureOf = (person: string, number: string) => `${person}/${person}_${number.padStart(4, '0')}.jpg`;

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

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
const names = await picturesOf(join(folder, 'images'));
const embeddings = await embedPictures(join(folder, 'images'), names, model);
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
