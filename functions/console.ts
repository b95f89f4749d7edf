import { join } from 'node:path';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ConsoleHandlers, consoleHandlers, signInOf } from '../lib/http/console.ts';
import { loadConfig } from '../lib/load-config.ts';

/** Folder beside the bundle with the built files. */
const folder = join(import.meta.dirname, 'console');

let handlers: ConsoleHandlers | undefined;

/** GET /console/ and /console/{file+} */
export async function handler(
  event: APIGatewayProxyEvent,
  context?: Context,
): Promise<APIGatewayProxyResult> {
  handlers ??= consoleHandlers({ folder, aws: loadConfig().aws, signIn: signInOf(process.env) });
  const { page, file } = handlers;
  return (event.pathParameters?.file ? file : page)(event, context);
}
