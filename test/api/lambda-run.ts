/**
 * Command: calls a bundled function with each of the events, one after the other, as Lambda does with a warm
 * instance. The log, with the metrics, goes to standard output, and each answer's status to standard error.
 *
 * usage: node test/api/lambda-run.ts BUNDLE EVENTS_FILE
 */
import { readFile } from 'node:fs/promises';

const [bundle = '', file = ''] = process.argv.slice(2);
const { handler } = await import(bundle);
for (const event of JSON.parse(await readFile(file, 'utf8'))) {
  const { statusCode } = await handler(event, { getRemainingTimeInMillis: () => 29_000 });
  console.error(statusCode);
}
process.exit();
