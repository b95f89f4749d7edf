/**
 * Command: enrolls the listed people from their stored originals. If `--to` names the backend of the
 * settings, it does so for a newer model or another collection. Otherwise it copies records and pictures to
 * the other backend, and enrolls them there. A second run continues an interrupted one. Processed pictures
 * stay where they are.
 * usage: npm run reindex -- --to deepface|aws_rekognition
 */
import { parseArgs } from 'node:util';
import { asService } from '../../lib/audit/scope.ts';
import { carryOver, type ReindexReport, reindex } from '../../lib/blacklist/reindex.ts';
import { type Config, ConfigError } from '../../lib/config.ts';
import { loadConfig, loadConfigFor } from '../../lib/load-config.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { faces, images, ports, records } from '../../lib/wiring/open.ts';
import { runCommand } from '../command.ts';
import { requirePresentRecords } from './present-records.ts';
import { progressBar } from './progress.ts';

function backendFromArguments(): Config['backend'] {
  const { to } = parseArgs({ options: { to: { type: 'string' } } }).values;
  if (to === 'deepface' || to === 'aws_rekognition') return to;
  throw new ConfigError('usage: npm run reindex -- --to deepface|aws_rekognition');
}

/** Shows its progress: how many of the records' images are done. */
async function withProgress(
  from: RecordStore,
  work: (advance: () => void) => Promise<ReindexReport>,
): Promise<ReindexReport> {
  const entries = await from.listEntries('ACTIVE');
  const bar = progressBar(
    'reindex',
    entries.reduce((total, { imageCount }) => total + imageCount, 0),
  );
  try {
    return await work(() => bar.increment());
  } finally {
    bar.stop();
  }
}

async function reindexInPlace(config: Config): Promise<ReindexReport> {
  await requirePresentRecords(config);
  const opened = await ports(config);
  try {
    return await withProgress(opened.records, (advance) => reindex(opened, advance));
  } finally {
    await opened.close();
  }
}

async function reindexOver(from: Config, to: Config): Promise<ReindexReport> {
  await requirePresentRecords(from);
  // The source's stores are opened one by one and are not claimed, because nothing changes there.
  const source = { records: await records(from), images: await images(from), faces: await faces(from) };
  try {
    const target = await ports(to);
    try {
      return await withProgress(source.records, (advance) => carryOver(source, target, advance));
    } finally {
      await target.close();
    }
  } finally {
    await source.faces.close();
    await source.records.close();
  }
}

async function reindexAll(): Promise<void> {
  const to = backendFromArguments();
  const config = loadConfig();
  const isOther = to !== config.backend;
  const { enrolled, present, problems } = isOther
    ? await reindexOver(config, loadConfigFor(to))
    : await reindexInPlace(config);
  console.log(
    `${enrolled} picture${enrolled === 1 ? '' : 's'} enrolled for ${to}, ${present} there already.`,
  );
  if (isOther) console.log('Processed pictures were not carried over.');
  if (problems.length === 0) return;
  console.log(`Left out:\n  ${problems.join('\n  ')}`);
  process.exitCode = 1;
}

await runCommand(() => asService('reindex', reindexAll));
