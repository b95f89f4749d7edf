/** Process for the tests: starts DynamoDB Local, prints its address, and waits to be killed. */
import { startDynamoDb } from '../../../local/emulators/dynamodb.ts';

const { url } = await startDynamoDb();
process.stdout.write(`${url}\n`);
setInterval(() => undefined, 60_000);
