/**
 * Command: checks the audit trail, or writes it out.
 * usage: npm run audit -- verify [CHAIN:SEQUENCE:HASH …] | export [SINCE]
 */
import { once } from 'node:events';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { shownLine } from '../../lib/audit/list-audit.ts';
import type { AuditTrail } from '../../lib/audit/port.ts';
import { asService } from '../../lib/audit/scope.ts';
import { type NotedPlace, verifyAudit } from '../../lib/audit/verify.ts';
import { ConfigError } from '../../lib/config.ts';
import { parseMoment } from '../../lib/contract/moment.ts';
import { codeOf } from '../../lib/files.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { audit } from '../../lib/wiring/open.ts';
import { runCommand } from '../command.ts';
import { requirePresentRecords } from './present-records.ts';

const usage = `usage: npm run audit -- verify [CHAIN:SEQUENCE:HASH …] | export [SINCE]
verify prints each chain's head in that form: note it down elsewhere, and give it to a later run.
export prints JSON lines, those from SINCE on, such as 2026-05-04T00:00:00Z.`;

function parsePlace(text: string): NotedPlace {
  const [, chain, sequence, hash] = /^([\w-]+):(\d{1,15}):([\da-f]{64})$/.exec(text) ?? [];
  if (chain === undefined || sequence === undefined || hash === undefined) {
    throw new ConfigError(`'${text}' is no CHAIN:SEQUENCE:HASH.\n${usage}`);
  }
  return { chain, sequence: Number(sequence), hash };
}

async function verify(noted: readonly NotedPlace[]): Promise<void> {
  const { lines, faults, chains } = await verifyAudit(await presentTrail(), noted);
  for (const { name, head } of chains) console.log(`${name}:${head.sequence}:${head.hash}`);
  for (const fault of faults) console.error(fault);
  console.error(
    faults.length === 0
      ? `${lines} lines are whole.`
      : 'The audit trail was changed, or lines of it were lost.',
  );
  if (faults.length > 0) process.exitCode = 1;
}

/** @throws ConfigError where there is no trail: an empty one would be whole */
async function presentTrail(): Promise<AuditTrail> {
  const config = loadConfig();
  await requirePresentRecords(config);
  return audit(config);
}

/**
 * Writes all lines. The export is told of in the trail itself, before: whoever reads may stop in the middle.
 */
async function exportLines(since: Date): Promise<void> {
  const trail = await presentTrail();
  await trail.append([serviceFacts('audit', 'exportAudit')]);
  for (const chain of await trail.chains()) {
    for await (const line of trail.read(chain)) {
      if (new Date(line.time) < since) continue;
      await print(JSON.stringify(shownLine(line)));
      if (process.stdout.destroyed) return;
    }
  }
}

/** Writes a line, and waits while the reader is slow. */
async function print(line: string): Promise<void> {
  if (process.stdout.write(`${line}\n`) || process.stdout.destroyed) return;
  await once(process.stdout, 'drain').catch((error: unknown) => {
    if (codeOf(error) !== 'EPIPE') throw error;
  });
}

await runCommand(() =>
  asService('audit', async () => {
    const [command, ...words] = process.argv.slice(2);
    const since = words[0] === undefined ? new Date(0) : parseMoment(words[0]);
    if (command === 'verify') await verify(words.map(parsePlace));
    else if (command === 'export' && words.length < 2 && since) await exportLines(since);
    else throw new ConfigError(usage);
  }),
);
