/**
 * Command: searches every byte that the service keeps for a person's name and pictures. It tells where
 * something was found, and fails then. In AWS, the messages of queues can't be read without taking them: they
 * are left out, and told of.
 * usage: npm run erasure -- check [--name NAME]… [--image FILE]…
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../../lib/config.ts';
import { findInCloud } from '../../lib/erasure/check-cloud.ts';
import { type Find, findInFiles } from '../../lib/erasure/check-files.ts';
import { type Trace, tracesOfName, tracesOfPicture } from '../../lib/erasure/traces.ts';
import { runCommand } from '../command.ts';

const usage = 'usage: npm run erasure -- check [--name NAME]… [--image FILE]…';
const mostTold = 50;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', multiple: true }, image: { type: 'string', multiple: true } },
  });
  const { name: names = [], image: images = [] } = values;
  if (positionals.join() !== 'check' || names.length + images.length === 0) throw new ConfigError(usage);
  const traces: Trace[] = names.flatMap(tracesOfName);
  for (const [index, path] of images.entries()) {
    traces.push(...(await tracesOfPicture(await readFile(path), `image ${index + 1}`)));
  }
  const finds = await findAll(traces);
  for (const find of finds.slice(0, mostTold)) console.log(find);
  if (finds.length > mostTold) console.log(`… and ${finds.length - mostTold} more`);
  console.log(finds.length === 0 ? 'Nothing was found.' : `Found at ${finds.length} places.`);
  if (finds.length > 0) process.exitCode = 1;
});

/** Each label of a place once. */
async function findAll(traces: readonly Trace[]): Promise<string[]> {
  const config = loadConfig();
  const lines = new Set<string>();
  const note = ({ label, place }: Find) => lines.add(`${label}: ${place}`);
  for await (const find of findInFiles(config, traces)) note(find);
  if (config.aws) {
    for await (const find of findInCloud(config.aws, traces)) note(find);
    console.log(
      'Not searched: queues and dead letters of the inbox, backups, access logs, receivers of events.',
    );
  }
  return [...lines];
}
