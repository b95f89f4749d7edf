import { join } from 'node:path';
import { handler as welcomeHandler } from '../../functions/welcome.ts';
import type { AwsConfig } from '../../lib/config.ts';
import { welcomeContract } from '../../lib/contract/endpoints/welcome.ts';
import { consoleHandlers, isConsoleBuilt, signInOf } from '../../lib/http/console.ts';
import { type EndpointHandler, endpoint, withContract } from '../../lib/http/endpoint.ts';
import { response } from '../../lib/http/response.ts';
import { besideRoot, isBrowserAtRoot } from '../../lib/http/root.ts';

const builtFolder = join(import.meta.dirname, '../console/dist');

/**
 * Returns the routes of the console, to which a browser is led that opens the service's address.
 * @param folder of the built console
 */
export function consoleRoutes(aws: AwsConfig | undefined, folder = builtFolder): EndpointHandler[] {
  const { page, file, asset } = consoleHandlers({ folder, aws, signIn: signInOf(process.env) });
  const routes = [page, file, asset];
  return isConsoleBuilt(folder) ? [...routes, welcomeToConsole] : routes;
}

/** Replaces the route that sends a browser to the documentation, which is for programmers. */
const welcomeToConsole = withContract(welcomeContract, (event, context) =>
  isBrowserAtRoot(event) ? leadToConsole(event, context) : welcomeHandler(event, context),
);

const leadToConsole = endpoint(welcomeContract, async (_input, { event }) =>
  response({ status: 307, headers: { Location: besideRoot(event, 'console/') } }),
);
