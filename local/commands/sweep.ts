/**
 * Command: does the housekeeping that the running server does every hour. It compares records, pictures and
 * faces, brings them together again, and deletes what is too old. The log goes to standard error.
 * usage: npm run sweep [-- --remove-unknown]
 */
import { parseArgs } from 'node:util';
import { asService } from '../../lib/audit/scope.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { logToStandardError } from '../../lib/log.ts';
import { keepHouse } from '../../lib/service/housekeeping.ts';
import { housekeepingPorts, ports } from '../../lib/wiring/open.ts';
import { runCommand } from '../command.ts';
import { requirePresentRecords } from './present-records.ts';

const waiting =
  'The clock has moved, or the service was off: nothing was deleted because of its age. GET /status says until when.';

await runCommand(async () => {
  const { values } = parseArgs({ options: { 'remove-unknown': { type: 'boolean' } } });
  const config = loadConfig();
  await requirePresentRecords(config);
  logToStandardError();
  const opened = await ports(config);
  try {
    const { sweep, isSteady, errors } = await asService('sweep', () =>
      keepHouse(housekeepingPorts(config), config, {
        task: 'compare',
        removeUnknown: values['remove-unknown'],
      }),
    );
    if (!isSteady) console.error(waiting);
    if (sweep) console.log(JSON.stringify(sweep, null, 2));
    if (errors.length > 0) throw errors[0];
    if (!sweep || sweep.damaged > 0 || sweep.failed > 0) process.exitCode = 1;
  } finally {
    await opened.close();
  }
});
