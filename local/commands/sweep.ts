/**
 * Command: compares records, pictures and faces, and brings them together again. The running server does the
 * same every hour.
 * usage: npm run sweep
 */
import { expiredBefore, sweepAgeMs } from '../../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { loadConfig } from '../../lib/config.ts';
import { ports } from '../../lib/wiring/open.ts';
import { runCommand } from '../command.ts';

await runCommand(async () => {
  const opened = await ports();
  try {
    await normalizeNames(opened);
    const report = await sweep(
      opened,
      new Date(Date.now() - sweepAgeMs),
      undefined,
      expiredBefore(loadConfig()),
    );
    console.log(JSON.stringify(report, null, 2));
    if (report.damaged > 0 || report.failed > 0) process.exitCode = 1;
  } finally {
    await opened.close();
  }
});
