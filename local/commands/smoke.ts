/**
 * Command: tries the whole contract of a service that runs, such as a stack that was just deployed, and
 * deletes all that it made.
 * usage: npm run smoke -- API_URL
 */
import { ConfigError } from '../../lib/config.ts';
import { operations } from '../../lib/contract/api.ts';
import { runCommand } from '../command.ts';
import { connect } from '../smoke/connection.ts';
import { Journey, type Step } from '../smoke/journey.ts';
import { awsSigner, regionOf, type Signer } from '../smoke/signer.ts';

const usage = 'usage: npm run smoke -- API_URL';

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

function print(steps: readonly Step[]): void {
  console.table(
    steps.map(({ operation, what, expected, status, ms, faults }) => ({
      operation,
      'what it tried to': what,
      expected,
      answered: status ?? '-',
      ms: ms ?? '-',
      'as it should be': faults.length === 0 ? 'yes' : 'NO',
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
  const journey = new Journey(connect(url, sign, key ? { 'x-api-key': key } : {}));
  await journey.run();
  print(journey.steps);
  const tried = new Set(journey.steps.map(({ operation }) => operation));
  const untried = operations.flatMap(({ operationId }) => (tried.has(operationId) ? [] : operationId));
  if (untried.length > 0) console.error(`Not tried: ${untried.join(', ')}.`);
  const failed = journey.steps.filter(({ faults }) => faults.length > 0).length;
  console.log(`${journey.steps.length} steps, ${failed} not as they should be.`);
  if (failed + untried.length > 0) process.exitCode = 1;
});
