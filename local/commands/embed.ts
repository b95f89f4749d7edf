/**
 * Command: reads picture paths, one a line, and writes each picture's faces with their embeddings as one JSON
 * line, in order.
 * usage: npm run --silent embed -- --list FILE --out FILE [--model NAME]
 */
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ConfigError } from '../../lib/config.ts';
import { ServiceError } from '../../lib/errors.ts';
import { loadCustomNetwork } from '../../lib/faces/engine/embed/custom-model.ts';
import { defaultModel, type EmbeddingModelName, engineModels } from '../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../lib/faces/engine/pool.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import { PictureSlots } from '../../lib/inputs/picture-slots.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { runCommand } from '../command.ts';
import { readPictureFile } from '../picture-file.ts';
import { progressBar } from './progress.ts';

const usage = 'usage: npm run --silent embed -- --list FILE --out FILE [--model NAME]';

async function embedFile(pool: WorkerPool, slots: PictureSlots, path: string, model: EmbeddingModelName) {
  try {
    const measured = await measurePicture(await readPictureFile(path, loadConfig().maxImageBytes));
    const { width, height, faces } = await slots.run(measured.memoryBytes, async () => {
      const { width, height, pixels } = await decodePicture(measured);
      return {
        width,
        height,
        faces: await pool.run({ picture: { width, height, pixels }, models: [model] }),
      };
    });
    return {
      path,
      width,
      height,
      faces: faces.map(({ area, confidence, embeddings }) => ({
        facial_area: area,
        confidence,
        embedding: [...(embeddings[model] ?? [])],
      })),
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { path, width: null, height: null, faces: [], error: error.message };
  }
}

async function embedList(listFile: string, outFile: string, model: EmbeddingModelName): Promise<void> {
  const config = loadConfig();
  const workers = config.engineWorkers ?? availableParallelism();
  const paths = (await readFile(listFile, 'utf8'))
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((path) => path !== '');
  const out = (await open(outFile, 'w')).createWriteStream();
  const custom =
    model === 'Custom' &&
    config.customModel &&
    (await loadCustomNetwork(config.customModel, config.engineRuntime));
  const pool = await WorkerPool.start(workers, {
    minConfidence: config.detectionConfidenceThreshold,
    modelName: model,
    runtime: config.engineRuntime,
    ...(custom && { customNetwork: custom.network }),
  });
  const bar = progressBar('embed', paths.length);
  try {
    const slots = new PictureSlots({ atOnce: workers + 1, memoryBytes: config.pictureMemoryBytes });
    const turn = slots.fairShare();
    const window: Promise<object>[] = [];
    const writeNext = async () => {
      const line = `${JSON.stringify(await window.shift())}\n`;
      if (!out.write(line)) await once(out, 'drain');
      bar.increment();
    };
    for (const path of paths) {
      window.push(turn(() => embedFile(pool, slots, path, model)));
      if (window.length > 4 * workers) await writeNext();
    }
    while (window.length > 0) await writeNext();
  } finally {
    bar.stop();
    out.end();
    await Promise.all([finished(out), pool.close()]);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { list: { type: 'string' }, out: { type: 'string' }, model: { type: 'string' } },
  });
  const config = loadConfig();
  const known = engineModels(config);
  const model = known.find((name) => name === (values.model ?? defaultModel(config)));
  if (!values.list || !values.out) throw new ConfigError(usage);
  if (!model) throw new ConfigError(`--model takes one of ${known.join(', ')}, not '${values.model}'.`);
  await embedList(values.list, values.out, model);
}

await runCommand(main);
