/**
 * Command: tries the whole contract of a service that runs, such as a stack that was just deployed, and
 * deletes all that it made.
 * usage: npm run smoke -- API_URL
 */
import { ConfigError } from '../../lib/config.ts';
import { operations } from '../../lib/contract/api.ts';
import { runCommand } from '../command.ts';
import { connect, mayBeOpen } from '../smoke/connection.ts';
import { lookAtConsole } from '../smoke/console.ts';
import { Journey } from '../smoke/journey.ts';
import { awsSigner, regionOf, type Signer } from '../smoke/signer.ts';
import type { Step } from '../smoke/steps.ts';

const usage = 'usage: npm run smoke -- API_URL';

const openWords =
  'This service runs without authentication: anybody who reaches it may do everything. ' +
  'Only a trial on this machine may. Set API_TOKENS for one that asks for a token.';

function addressOf(text: string | undefined): URL {
  if (text === undefined || !URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`${usage}\nThe address is the output ApiUrl of the stack, such as https://….`);
  }
  return new URL(text);
}

/** Signs with a token if there is one, else with the credentials that the AWS SDK finds, else not at all. */
async function signerFor(url: URL): Promise<{ readonly by: string; readonly sign: Signer }> {
  const token = process.env.SMOKE_TOKEN;
  if (token) {
    return { by: 'a token', sign: async ({ headers }) => ({ ...headers, authorization: `Bearer ${token}` }) };
  }
  const region = regionOf(url);
  const sign = region === undefined ? undefined : await awsSigner(region);
  if (sign) return { by: `a signature for ${region}`, sign };
  return { by: 'nothing: there are no credentials', sign: async ({ headers }) => ({ ...headers }) };
}

function verdictOf({ faults, isOpen, isAbsent }: Step): string {
  if (faults.length > 0) return 'NO';
  if (isAbsent) return 'not hosted';
  return isOpen ? 'open' : 'yes';
}

function print(steps: readonly Step[]): void {
  console.table(
    steps.map((step) => ({
      operation: step.operation,
      'what it tried to': step.what,
      expected: step.expected.join(' or ') || '-',
      answered: step.status === undefined ? '-' : String(step.status),
      ms: step.ms ?? '-',
      'as it should be': verdictOf(step),
    })),
  );
  for (const { operation, what, faults } of steps) {
    for (const fault of faults) console.error(`${operation}, ${what}: ${fault}`);
  }
}

await runCommand(async () => {
  const [address, ...others] = process.argv.slice(2);
  if (others.length > 0) throw new ConfigError(usage);
  const url = addressOf(address);
  const { by, sign } = await signerFor(url);
  console.log(`Calls ${url.href} with ${by}.`);
  const key = process.env.SMOKE_API_KEY;
  const journey = new Journey(
    connect(url, sign, key ? { 'x-api-key': key } : {}),
    mayBeOpen(url, Boolean(process.env.SMOKE_TOKEN)),
  );
  await journey.run();
  const steps = [...journey.steps, ...(await lookAtConsole(url))];
  print(steps);
  const tried = new Set(steps.map(({ operation }) => operation));
  const untried = operations.flatMap(({ operationId }) => (tried.has(operationId) ? [] : operationId));
  if (untried.length > 0) console.error(`Not tried: ${untried.join(', ')}.`);
  const failed = steps.filter(({ faults }) => faults.length > 0).length;
  console.log(`${steps.length} steps, ${failed} not as they should be.`);
  if (steps.some(({ isOpen }) => isOpen)) console.log(openWords);
  if (failed + untried.length > 0) process.exitCode = 1;
});
