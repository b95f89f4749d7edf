/**
 * Command: searches every byte that the service keeps for a person's name and pictures. It tells where
 * something was found, and fails then. In AWS, the messages of queues can't be read without taking them: they
 * are left out, and told of. Where there is nothing to search, it fails too. Faces that are kept for a
 * look-back are compared with the pictures.
 * usage: npm run erasure -- check [--name NAME]… [--image FILE]…
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Config, ConfigError } from '../../lib/config.ts';
import { findInCloud } from '../../lib/erasure/check-cloud.ts';
import { type Find, findInFiles } from '../../lib/erasure/check-files.ts';
import { findKeptFaces } from '../../lib/erasure/check-kept.ts';
import { type Trace, tracesOfName, tracesOfPicture } from '../../lib/erasure/traces.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { openDataFolder } from '../../lib/wiring/adapters.ts';
import { ports } from '../../lib/wiring/open.ts';
import { printable, runCommand } from '../command.ts';
import { requirePresentRecords } from './present-records.ts';

const usage = 'usage: npm run erasure -- check [--name NAME]… [--image FILE]…';
const mostShown = 50;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', multiple: true }, image: { type: 'string', multiple: true } },
  });
  const { name: names = [], image: images = [] } = values;
  if (positionals.join() !== 'check' || names.length + images.length === 0) throw new ConfigError(usage);
  const traces: Trace[] = names.flatMap(tracesToFind);
  const pictures = await Promise.all(images.map((path) => readFile(path)));
  for (const [index, picture] of pictures.entries()) {
    traces.push(...(await tracesOfPicture(picture, `image ${index + 1}`)));
  }
  const { finds: found, searched } = await findAll(traces);
  const finds = [...found, ...(await keptFacesLike(pictures))];
  if (searched === 0) throw new ConfigError('There is nothing to search: the service keeps nothing there.');
  for (const find of finds.slice(0, mostShown)) console.log(printable(find));
  if (finds.length > mostShown) console.log(`… and ${finds.length - mostShown} more`);
  console.log(
    finds.length === 0
      ? `Nothing was found in ${searched} files and items.`
      : `Found at ${finds.length} places.`,
  );
  if (finds.length > 0) process.exitCode = 1;
});

/** Finds kept faces of people in pictures, if any are kept. */
async function keptFacesLike(pictures: readonly Uint8Array[]): Promise<string[]> {
  const config = loadConfig();
  // Those of a look-back that was turned off may still be there.
  const mayBeKept = (await openDataFolder(config)).mayHaveKeptFaces();
  if (!mayBeKept || pictures.length === 0) return [];
  const opened = await ports(config);
  try {
    return await findKeptFaces(opened.faces, pictures);
  } finally {
    await opened.close();
  }
}

/** @throws ConfigError for a name that nothing could be found by */
function tracesToFind(name: string): Trace[] {
  const traces = tracesOfName(name);
  if (traces.length === 0) throw new ConfigError(`The name '${name}' has no letter to search for.\n${usage}`);
  return traces;
}

/**
 * Makes sure that a table which is named is the one that is searched. Nothing would be found in others.
 * @throws ConfigError
 */
function requireMeantRecords({ backend }: Config): void {
  const { DYNAMODB_TABLE_NAME: table } = process.env;
  if (backend === 'aws_rekognition' || !table) return;
  throw new ConfigError(
    `DYNAMODB_TABLE_NAME names the table ${table}, which is searched with FACE_PROCESSING_BACKEND=aws_rekognition ` +
      'alone. Set that, or unset the table to search DATA_DIR.',
  );
}

/** Finds each label of a place once, and counts what was searched. */
async function findAll(traces: readonly Trace[]): Promise<{ finds: string[]; searched: number }> {
  const config = loadConfig();
  requireMeantRecords(config);
  await requirePresentRecords(config);
  const lines = new Set<string>();
  let searched = 0;
  const count = () => {
    searched += 1;
  };
  const note = ({ label, place }: Find) => lines.add(`${label}: ${place}`);
  for await (const find of findInFiles(config, traces, count)) note(find);
  if (config.aws) {
    for await (const find of findInCloud(config.aws, traces, count)) note(find);
    console.log(
      'Not searched: queues and dead letters of the inbox, backups, access logs, receivers of events.',
    );
  }
  return { finds: [...lines], searched };
}
