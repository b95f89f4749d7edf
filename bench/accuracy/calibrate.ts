/**
 * Command: measures what a model's thresholds mean, on a folder of people: `FOLDER/<person>/<any picture>`.
 *
 * It prints the distance at false match rates from 1 in 100 on, as far as there are enough pairs. With each
 * goes the false non-match rate. The distance is the cosine distance, unless the command line asks for
 * another. Each rate has a 95% interval. It comes from drawing persons at random with repetition, not pairs,
 * because the pairs of one person are alike.
 *
 * For a model of MODEL_PATH it also prints the settings that follow.
 *
 * usage: npm run calibrate -- FOLDER [MODEL [cosine | euclidean]]
 */
import { type Embeddings, embedPictures, folderAndModel, picturesOf } from './people.ts';

const draws = 500;
/** Pairs of strangers, at least, that must lie within a distance before its rate is printed. */
const minFalseMatches = 2;

interface Pair {
  readonly distance: number;
  /** Numbers of the two persons. */
  readonly one: number;
  readonly other: number;
}

const usage = 'npm run calibrate -- FOLDER [MODEL [cosine | euclidean]]';
const { folder, model } = folderAndModel(usage);
const metric = process.argv[4] ?? 'cosine';
if (metric !== 'cosine' && metric !== 'euclidean') throw new Error(`usage: ${usage}`);

/**
 * Measures all pairs of the same person, and the nearest 2% of the pairs of different persons, nearest first.
 */
function measurePairs(embeddings: Embeddings) {
  const faces = [...embeddings].flatMap(([name, embedding]) => (embedding ? [{ name, embedding }] : []));
  const people = [...new Set(faces.map(({ name }) => name.split('/')[0]))];
  const persons = faces.map(({ name }) => people.indexOf(name.split('/')[0]));
  const vectors = faces.map(({ embedding }) => {
    const length = metric === 'cosine' ? Math.hypot(...embedding) : 1;
    return embedding.map((value) => value / length);
  });
  const squares = vectors.map((vector) => vector.reduce((sum, value) => sum + value * value, 0));
  const genuine: Pair[] = [];
  const strangers = new Float32Array((faces.length * (faces.length - 1)) / 2);
  const distances = (work: (distance: number, one: number, other: number) => void) => {
    vectors.forEach((vector, row) => {
      for (let column = row + 1; column < vectors.length; column++) {
        const other = vectors[column] as Float32Array;
        let dot = 0;
        for (let i = 0; i < vector.length; i++) dot += (vector[i] as number) * (other[i] as number);
        const square = (squares[row] as number) + (squares[column] as number) - 2 * dot;
        const distance = metric === 'cosine' ? 1 - dot : Math.sqrt(Math.max(0, square));
        work(distance, persons[row] as number, persons[column] as number);
      }
    });
  };
  let count = 0;
  distances((distance, one, other) => {
    if (one === other) genuine.push({ distance, one, other });
    else strangers[count++] = distance;
  });
  const sorted = strangers.subarray(0, count).sort();
  const loosest = sorted[Math.floor(count / 50)] ?? Number.POSITIVE_INFINITY;
  const near: Pair[] = [];
  distances((distance, one, other) => {
    if (one !== other && distance <= loosest) near.push({ distance, one, other });
  });
  near.sort((one, other) => one.distance - other.distance);
  const pictures = people.map((_, person) => persons.filter((other) => other === person).length);
  return { genuine, near, strangerPairs: count, pictures };
}

type Measured = ReturnType<typeof measurePairs>;

/** Gives the two error rates at a distance, where each person counts `weights` times. */
function ratesAt({ genuine, near, pictures }: Measured, threshold: number, weights: Int32Array) {
  const weight = ({ one, other }: Pair) => (weights[one] as number) * (weights[other] as number);
  let falseMatches = 0;
  for (const pair of near) {
    if (pair.distance > threshold) break;
    falseMatches += weight(pair);
  }
  let [farther, same] = [0, 0];
  for (const { distance, one } of genuine) {
    same += weights[one] as number;
    if (distance > threshold) farther += weights[one] as number;
  }
  let [sum, squares] = [0, 0];
  pictures.forEach((count, person) => {
    const weighted = count * (weights[person] as number);
    sum += weighted;
    squares += weighted ** 2;
  });
  return { falseMatchRate: falseMatches / ((sum ** 2 - squares) / 2), falseNonMatchRate: farther / same };
}

/**
 * Yields random numbers 0..1 that are the same each time: a linear congruential generator (Numerical
 * Recipes).
 */
function* randomNumbers(): Generator<number, never> {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function drawPersons(count: number, random: Generator<number, never>): Int32Array {
  const weights = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const person = Math.floor(random.next().value * count);
    weights[person] = (weights[person] as number) + 1;
  }
  return weights;
}

function interval(values: readonly number[]): [number, number] {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
  return [at(0.025), at(0.975)];
}

const oneIn = (rate: number) => (rate > 0 ? `1 in ${Number((1 / rate).toPrecision(2))}` : 'none');
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

const measured = measurePairs(await embedPictures(folder, await picturesOf(folder), model));
const { genuine, near, strangerPairs, pictures } = measured;
const random = randomNumbers();
const samples = Array.from({ length: draws }, () => drawPersons(pictures.length, random));
const isMeasured = (rate: number) => rate * strangerPairs >= minFalseMatches - 0.5;
const distanceAt = (rate: number) => near[Math.round(rate * strangerPairs) - 1]?.distance ?? Number.NaN;
const rows = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6].filter(isMeasured).map((rate) => {
  const distance = distanceAt(rate);
  const { falseNonMatchRate } = ratesAt(measured, distance, new Int32Array(pictures.length).fill(1));
  const drawn = samples.map((weights) => ratesAt(measured, distance, weights));
  const falseMatches = interval(drawn.map((one) => one.falseMatchRate));
  const misses = interval(drawn.map((one) => one.falseNonMatchRate));
  return {
    [`${metric} distance`]: distance.toFixed(4),
    FMR: oneIn(rate),
    'FMR, 95%': `${oneIn(falseMatches[1])} .. ${oneIn(falseMatches[0])}`,
    FNMR: percent(falseNonMatchRate),
    'FNMR, 95%': `${percent(misses[0])} .. ${percent(misses[1])}`,
  };
});
console.log(
  `${model}: ${pictures.length} persons, ${pictures.reduce((sum, count) => sum + count, 0)} pictures with a face, ` +
    `${genuine.length} pairs of the same person, ${strangerPairs} of different ones`,
);
console.table(rows);

/**
 * Writes the settings of a `MODEL_PATH` model. Its default threshold has a false match rate of 1 in 100,000,
 * or the rarest that was measured.
 */
function customSettings(): string {
  const rates = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6].filter(isMeasured);
  const rate = rates[Math.min(3, rates.length - 1)];
  if (rate === undefined || rates.length < 2)
    return 'Too few pairs of different people to set a threshold by.';
  return [
    `# A false match rate of ${oneIn(rate)}`,
    `MODEL_THRESHOLD=${distanceAt(rate).toFixed(3)}`,
    `MODEL_CALIBRATION=${rates.map((each) => distanceAt(each).toFixed(4)).join(',')}`,
  ].join('\n');
}
if (model === 'Custom') console.log(customSettings());
