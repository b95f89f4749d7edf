import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { openLfw, personOf } from '../accuracy/lfw.ts';
import { embedPictures } from '../accuracy/people.ts';
import { parseOptions, repository } from '../options.ts';
import { provenanceOf } from '../report/results.ts';
import { WrongUseError } from '../wrong-use.ts';
import type { Clip } from './clips.ts';
import { describeDirections } from './directions.ts';
import { lookAt } from './looks.ts';
import { type FaceSample, matchesByRule, type Reference, type Rule, rules } from './rules.ts';

type Half = 'tuned' | 'held back';

/** Passage of somebody, and what is listed of that person. */
interface Passage extends Clip {
  readonly half: Half;
  /** Number of the pass, from 0. */
  readonly pass: number;
  /** Picture of the person that is listed; there is none of people with a single picture. */
  readonly reference: string | undefined;
}

interface SeenPassage extends Passage {
  readonly looks: readonly FaceSample[];
}

/** Passages of a person that a rule had to find, and those that it found. */
interface Found {
  clips: number;
  found: number;
}

/** Figures of a rule on some clips. */
interface RuleFigures {
  readonly byPerson: Map<string, Found>;
  wrong: number;
  pairs: number;
}

type Figures = Record<Rule, RuleFigures>;

const { embedder, thresholds } = embeddingModels.Fusion;

/** Times that each listed person passes, every time with other pictures and another one listed. */
const passes = 3;

/**
 * Measures the rule by which a camera's tracks are decided, on passages that it makes of the people of a
 * folder. Both halves of the people are told apart by their names.
 * usage: npm run bench -- video --data FOLDER [--looks FILE] [--directions] [--out FOLDER] [PASSAGES]
 */
export async function run(words: readonly string[]): Promise<void> {
  const { data, looks, directions, out, numbers } = parseOptions(words);
  if (data === undefined) throw new WrongUseError('usage: npm run bench -- video --data FOLDER [PASSAGES]');
  const provenance = provenanceOf('npm run bench -- video --data FOLDER');
  const { folder, pictures } = await openLfw(data);
  const passages = passagesOf(pictures).slice(0, numbers[0]);
  const listed = [...new Set(passages.flatMap(({ reference }) => reference ?? []))];
  const prints = await embedPictures(folder, listed, embedder);
  const looksOf = await lookAt(folder, passages, embedder, looks);
  const seen = passages.map((passage, index) => ({ ...passage, looks: looksOf[index] ?? [] }));
  if (directions) return console.log(await directionsOf(folder, seen));
  const table = tableOf({
    tuned: figuresOf(seen, prints, 'tuned'),
    'held back': figuresOf(seen, prints, 'held back'),
  });
  console.log(table);
  const told = `${seen.length} passages, ${provenance.date}, commit ${provenance.commit}.`;
  if (out.documents) await replaceTable(`${table}\n\n${told}`);
  else await writeFile(join(out.results, 'video.md'), `${table}\n\n${told}\n`);
}

/** Tells the directions by the passages of the half that the rule is tuned on. */
async function directionsOf(folder: string, seen: readonly SeenPassage[]): Promise<string> {
  const tuned = seen.filter(({ half }) => half === 'tuned');
  const prints = await embedPictures(
    folder,
    [...new Set(tuned.flatMap(({ pictures }) => pictures))],
    embedder,
  );
  const compared = tuned.map(({ looks, pictures }) => ({
    looks,
    clear: pictures.flatMap((picture) => prints.get(picture) ?? []),
  }));
  return describeDirections(compared, embedder);
}

/** Takes for each pass of a person a reference, and up to three other pictures that the camera sees. */
function passagesOf(pictures: readonly string[]): Passage[] {
  const people = [...Map.groupBy(pictures, personOf)];
  const listed = people.filter(([, own]) => own.length > 1);
  const passagesOfAll = Array.from({ length: passes }, (_, pass) =>
    listed.map(([person, own]): Passage => {
      const at = pass % own.length;
      const others = [...own.slice(at + 1), ...own.slice(0, at)];
      const name = pass === 0 ? person : `${person}#${pass}`;
      return { name, person, pass, half: halfOf(person), reference: own[at], pictures: others.slice(0, 3) };
    }),
  );
  const strangers = people
    .filter(([, own]) => own.length === 1)
    .map(([person, own]) => ({
      name: person,
      person,
      pass: 0,
      half: halfOf(person),
      reference: undefined,
      pictures: own,
    }));
  // People pass once before anybody passes again, because not all passages may be wanted.
  const [first = [], ...others] = passagesOfAll;
  return [...first, ...strangers, ...others.flat()];
}

/** Puts every second person into each half, by a sum of the name's letters. */
function halfOf(person: string): Half {
  const sum = [...person].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sum % 2 === 0 ? 'tuned' : 'held back';
}

/** Counts whom each rule tells of; a passage is compared with what is listed in its own pass. */
function figuresOf(
  passages: readonly SeenPassage[],
  prints: ReadonlyMap<string, Float32Array | undefined>,
  half: Half,
): Figures {
  const own = passages.filter((passage) => passage.half === half);
  const figures = Object.fromEntries(
    Object.keys(rules).map((rule) => [rule, { byPerson: new Map(), wrong: 0, pairs: 0 }]),
  ) as unknown as Figures;
  for (const { person, pass, looks } of own) {
    const listed = own.flatMap((other): Reference[] => {
      const vector = other.pass === pass && other.reference && prints.get(other.reference);
      return vector ? [{ person: other.person, print: { vectors: { [embedder]: vector } } }] : [];
    });
    const right = listed.findIndex((reference) => reference.person === person);
    const told = matchesByRule(looks, listed, thresholds.cosine);
    for (const rule of Object.keys(rules) as Rule[]) addTo(figures[rule], person, told[rule], right, listed);
  }
  return figures;
}

function addTo(
  figures: RuleFigures,
  person: string,
  told: ReadonlySet<number>,
  right: number,
  { length }: readonly Reference[],
): void {
  const isListed = right !== -1;
  const isFound = isListed && told.has(right);
  figures.wrong += told.size - Number(isFound);
  figures.pairs += length - Number(isListed);
  if (!isListed) return;
  const found = figures.byPerson.get(person) ?? { clips: 0, found: 0 };
  found.clips++;
  found.found += Number(isFound);
  figures.byPerson.set(person, found);
}

/** Tells the share that was found, with its standard error: a person's passages are much alike. */
function shareOf({ byPerson }: RuleFigures): string {
  const people = [...byPerson.values()];
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const clips = sum(people.map((person) => person.clips));
  if (clips === 0) return '-';
  const share = sum(people.map(({ found }) => found)) / clips;
  const error = Math.sqrt(sum(people.map((person) => (person.found - share * person.clips) ** 2))) / clips;
  return `${(100 * share).toFixed(1)}% ± ${(100 * error).toFixed(1)} of ${clips}`;
}

function tableOf(figures: Record<Half, Figures>): string {
  const halves = Object.keys(figures) as Half[];
  const head = ['rule', ...halves.flatMap((half) => [`found, ${half}`, 'wrong pairs'])];
  const rows = (Object.keys(rules) as Rule[]).map((rule) => [
    rules[rule],
    ...halves.flatMap((half) => {
      const { wrong, pairs } = figures[half][rule];
      return [shareOf(figures[half][rule]), `${wrong} of ${pairs.toLocaleString('en')}`];
    }),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function replaceTable(table: string): Promise<void> {
  const path = join(repository, 'docs/cameras.md');
  const text = await readFile(path, 'utf8');
  const replaced = text.replace(
    /(<!-- bench: video -->\n).*?(\n<!-- \/bench -->)/s,
    (_, begin: string, end: string) => `${begin}\n${table}\n${end}`,
  );
  await writeFile(path, replaced);
}
