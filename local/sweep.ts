/**
 * Command: compares records, pictures and faces, and brings them together again. The running server does the same every hour.
 * usage: npm run sweep
 */
import { sweep } from '../lib/blacklist/sweep.ts';
import { ports } from '../lib/ports.ts';

const opened = await ports();
try {
  const report = await sweep(opened, new Date(Date.now() - 5 * 60_000));
  console.log(JSON.stringify(report, null, 2));
  if (report.damaged > 0) process.exitCode = 1;
} finally {
  await opened.close();
}
