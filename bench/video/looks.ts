import { appendFile, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { usualMinConfidence } from '../../lib/faces/engine/detect/confidence.ts';
import type { EmbedderName } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { bytesOf, floatsOf } from '../../lib/faces/engine/search/embedding-store.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { type Clip, clipFrames } from './clips.ts';
import type { FaceSample } from './rules.ts';

/** Frames that are worked on at once, besides those in the engine. */
const ahead = 2;
/** Part of a frame in which the face is. */
const region = { x: 32, y: -8, w: 256, h: 256 } as const;

/** A clip's looks as a line of the file that keeps them. */
interface KeptLine {
  readonly clip: string;
  readonly looks: readonly { readonly width: number; readonly confidence: number; readonly vector: string }[];
}

/**
 * Looks at the faces of clips.
 * @param kept file of looks that an earlier run has seen; it gets those that it has not, so that another rule
 *   is tried in seconds
 * @returns each clip's looks, in the order of the clips
 */
export async function lookAt(
  folder: string,
  clips: readonly Clip[],
  embedder: EmbedderName,
  kept?: string,
): Promise<FaceSample[][]> {
  const known = await readKept(kept, embedder);
  const workers = availableParallelism();
  const pool = await WorkerPool.start(workers, { minConfidence: usualMinConfidence, modelName: embedder });
  const bar = progressBar('clips', clips.length);
  const limit = pLimit(workers + ahead);
  const look = async (clip: Clip) => {
    const looks = known.get(clip.name) ?? (await looksOf(folder, clip, embedder, pool));
    if (kept !== undefined && !known.has(clip.name)) await appendFile(kept, lineOf(clip, looks, embedder));
    bar.increment();
    return looks;
  };
  try {
    return await limit.map(clips, look);
  } finally {
    bar.stop();
    limit.clearQueue();
    await pool.close();
  }
}

async function looksOf(
  folder: string,
  clip: Clip,
  embedder: EmbedderName,
  pool: WorkerPool,
): Promise<FaceSample[]> {
  const looks: FaceSample[] = [];
  for (const { width, height, pixels } of await clipFrames(folder, clip)) {
    const places = { regions: [region], faces: [], known: [] };
    const [face] = await pool.run({ picture: { width, height, pixels }, places, models: [embedder] });
    const vector = face?.embeddings[embedder];
    if (!face || !vector) continue;
    looks.push({
      print: { vectors: { [embedder]: vector } },
      width: face.area.w,
      confidence: face.confidence,
    });
  }
  return looks;
}

async function readKept(path: string | undefined, embedder: string): Promise<Map<string, FaceSample[]>> {
  const text = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { clip, looks } = JSON.parse(line) as KeptLine;
      const seen = looks.map(({ vector, ...look }) => {
        const floats = floatsOf(Buffer.from(vector, 'base64'));
        return { ...look, print: { vectors: { [embedder]: floats } } };
      });
      return [clip, seen];
    }),
  );
}

function lineOf({ name }: Clip, looks: readonly FaceSample[], embedder: string): string {
  const kept = looks.map(({ print, ...look }) => {
    const vector = Buffer.from(bytesOf(print.vectors[embedder] as Float32Array)).toString('base64');
    return { ...look, vector };
  });
  return `${JSON.stringify({ clip: name, looks: kept } satisfies KeptLine)}\n`;
}
