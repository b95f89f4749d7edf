import { afterAll, afterEach, beforeAll } from 'vitest';
import type { HttpServer } from '../http-server.ts';
import { hostFiles } from './access.ts';
import { type ConsoleSetup, startConsole } from './setup.ts';

/** Starts the console in a real browser for a file's tests, on a service as its users start it. */
export function useConsole(): { setup: () => ConsoleSetup; otherHost: () => string } {
  let fileHost: HttpServer;
  let setup: ConsoleSetup;
  beforeAll(async () => {
    fileHost = await hostFiles();
    setup = await startConsole(fileHost.url);
  });
  afterEach(() => setup.clear());
  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
    await fileHost.stop();
  });
  return { setup: () => setup, otherHost: () => fileHost.url };
}
