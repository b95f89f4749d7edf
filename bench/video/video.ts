import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { openLfw, personOf } from '../accuracy/lfw.ts';
import { embedPictures } from '../accuracy/people.ts';
import { parseOptions } from '../options.ts';
import { provenanceOf, repository } from '../report/results.ts';
import { WrongUseError } from '../wrong-use.ts';
import { type Clip, clipFrames } from './clips.ts';
import { type Look, type Reference, type Rule, rules, toldBy } from './rules.ts';

/** Figures of a rule on some clips. */
interface RuleFigures {
  readonly found: number;
  readonly clips: number;
  readonly wrong: number;
  readonly pairs: number;
}

type Figures = Record<Rule, RuleFigures>;
type Half = 'tuned' | 'held back';

interface SeenClip extends Clip {
  readonly half: Half;
  readonly looks: readonly Look[];
}

const { embedder, thresholds } = embeddingModels.Fusion;

/** Frames that are worked on at once, besides those in the engine. */
const ahead = 2;

/**
 * Measures the rule by which a camera's tracks are decided, on passages that it makes of the people of a
 * folder. Both halves of the people are told apart by their names.
 * usage: npm run bench -- video --data FOLDER [--out FOLDER] [CLIPS]
 */
export async function run(words: readonly string[]): Promise<void> {
  const { data, out, numbers } = parseOptions(words);
  if (data === undefined) throw new WrongUseError('usage: npm run bench -- video --data FOLDER [CLIPS]');
  const provenance = provenanceOf('npm run bench -- video --data FOLDER');
  const { folder, pictures } = await openLfw(data);
  const clips = clipsOf(pictures).slice(0, numbers[0]);
  const listed = [
    ...new Set(clips.filter(({ reference }) => reference).map(({ reference }) => reference as string)),
  ];
  const prints = await embedPictures(folder, listed, embedder);
  const references = listed.flatMap((name): Reference[] => {
    const vector = prints.get(name);
    return vector ? [{ person: personOf(name), print: { vectors: { [embedder]: vector } } }] : [];
  });
  const seen = await lookAt(folder, clips);
  const table = tableOf({
    tuned: figuresOf(seen, references, 'tuned'),
    'held back': figuresOf(seen, references, 'held back'),
  });
  console.log(table);
  const told = `${seen.length} passages, ${provenance.date}, commit ${provenance.commit}.`;
  if (out.documents) await replaceTable(`${table}\n\n${told}`);
  else await writeFile(join(out.results, 'video.md'), `${table}\n\n${told}\n`);
}

/** Takes for each person a reference, and up to three other pictures that the camera sees. */
function clipsOf(pictures: readonly string[]): (Clip & { readonly reference: string | undefined })[] {
  const byPerson = Map.groupBy(pictures, personOf);
  const clips = [...byPerson].map(([person, own]) => {
    const [reference, ...others] = own as [string, ...string[]];
    return others.length > 0
      ? { person, reference, pictures: others.slice(0, 3) }
      : { person, reference: undefined, pictures: [reference] };
  });
  // Those who are listed come first, where not all clips are wanted.
  return clips.sort(
    (one, other) => Number(one.reference === undefined) - Number(other.reference === undefined),
  );
}

/** Puts every second person into each half, by a sum of the name's letters. */
function halfOf(person: string): Half {
  const sum = [...person].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sum % 2 === 0 ? 'tuned' : 'held back';
}

async function lookAt(folder: string, clips: readonly Clip[]): Promise<SeenClip[]> {
  const workers = availableParallelism();
  const pool = await WorkerPool.start(workers, { minConfidence: usualMinConfidence, modelName: embedder });
  const bar = progressBar('clips', clips.length);
  const limit = pLimit(workers + ahead);
  try {
    return await Promise.all(
      clips.map((clip) =>
        limit(async () => {
          const frames = await clipFrames(folder, clip);
          const looks: Look[] = [];
          for (const { width, height, pixels } of frames) {
            const places = { regions: [{ x: 32, y: -8, w: 256, h: 256 }], faces: [], known: [] };
            const picture = { width, height, pixels };
            const [face] = await pool.run({ picture, places, models: [embedder] });
            const vector = face?.embeddings[embedder];
            if (!face || !vector) continue;
            looks.push({
              print: { vectors: { [embedder]: vector } },
              width: face.area.w,
              confidence: face.confidence,
            });
          }
          bar.increment();
          return { ...clip, half: halfOf(clip.person), looks };
        }),
      ),
    );
  } finally {
    bar.stop();
    await pool.close();
  }
}

function figuresOf(clips: readonly SeenClip[], references: readonly Reference[], half: Half): Figures {
  const own = clips.filter((clip) => clip.half === half);
  const listed = references.filter(({ person }) => halfOf(person) === half);
  const counts = Object.fromEntries(
    Object.keys(rules).map((rule) => [rule, { found: 0, clips: 0, wrong: 0, pairs: 0 }]),
  ) as Record<Rule, { found: number; clips: number; wrong: number; pairs: number }>;
  for (const { person, looks } of own) {
    const right = listed.findIndex((reference) => reference.person === person);
    const told = toldBy(looks, listed, thresholds.cosine);
    for (const rule of Object.keys(rules) as Rule[]) {
      const count = counts[rule];
      const hasRight = right !== -1 && told[rule].has(right);
      if (right !== -1) count.clips++;
      if (hasRight) count.found++;
      count.wrong += told[rule].size - (hasRight ? 1 : 0);
      count.pairs += listed.length - (right === -1 ? 0 : 1);
    }
  }
  return counts;
}

function tableOf(figures: Record<Half, Figures>): string {
  const halves = Object.keys(figures) as Half[];
  const head = ['rule', ...halves.flatMap((half) => [`found, ${half}`, 'wrong pairs'])];
  const rows = (Object.keys(rules) as Rule[]).map((rule) => [
    rules[rule],
    ...halves.flatMap((half) => {
      const { found, clips, wrong, pairs } = figures[half][rule];
      const share = clips === 0 ? '-' : `${((100 * found) / clips).toFixed(1)}% of ${clips}`;
      return [share, `${wrong} of ${pairs.toLocaleString('en')}`];
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
