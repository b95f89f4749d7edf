/**
 * Command: compares records, pictures and faces, and brings them together again. The running server does the
 * same every hour.
 * usage: npm run sweep [-- --remove-unknown]
 */
import { parseArgs } from 'node:util';
import { auditedSince } from '../../lib/audit/kept.ts';
import { asService } from '../../lib/audit/scope.ts';
import { expiredBefore, sweepAgeMs } from '../../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { audit, ports } from '../../lib/wiring/open.ts';
import { runCommand } from '../command.ts';
import { requirePresentRecords } from './present-records.ts';

await runCommand(async () => {
  const { values } = parseArgs({ options: { 'remove-unknown': { type: 'boolean' } } });
  const config = loadConfig();
  requirePresentRecords(config);
  const opened = await ports(config);
  try {
    const report = await asService('sweep', async () => {
      await normalizeNames(opened);
      const olderThan = new Date(Date.now() - sweepAgeMs);
      return sweep(opened, olderThan, undefined, expiredBefore(config), values['remove-unknown']);
    });
    console.log(JSON.stringify(report, null, 2));
    if (report.damaged > 0 || report.failed > 0) process.exitCode = 1;
    await (await audit(config)).removeBefore(auditedSince(config));
  } finally {
    await opened.close();
  }
});
