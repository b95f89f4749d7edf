/** Command: serves the API over HTTP until it is told to stop. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { finishBrokenOff, sweep, sweepAgeMs } from '../lib/blacklist/sweep.ts';
import { type Config, ConfigError, loadConfig } from '../lib/config.ts';
import { ServiceError } from '../lib/errors.ts';
import { log } from '../lib/http/log.ts';
import { type Ports, ports } from '../lib/ports.ts';
import { createHttpServer, stop } from './http-server.ts';
import { routes } from './routes.ts';

const sweepIntervalMs = 60 * 60_000;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function refuseOpenDoors({ host, apiTokens, allowUnauthenticated }: Config): void {
  if (isLoopback(host) || apiTokens.length > 0 || allowUnauthenticated) return;
  throw new ConfigError(
    `HOST=${host} lets other machines in: set API_TOKENS to the bearer tokens that clients must send, ` +
      'or ALLOW_UNAUTHENTICATED=true when something in front of the service keeps strangers out.',
  );
}

function announce(config: Config, { runtime, faces }: Ports, { address, port, family }: AddressInfo): void {
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  log().info(
    { url, backend: config.backend, runtime, model: faces.modelId, data: config.dataDir },
    `${config.apiTitle} listens on ${url}: backend ${config.backend} (${runtime}), model ${faces.modelId}, data in ${config.dataDir}`,
  );
  if (faces.modelId !== config.modelName) {
    log().warn(`MODEL_NAME=${config.modelName} is not a model of this backend: ${faces.modelId} is used.`);
  }
}

/** Sweeps now and an hour after each sweep's end, until it is told to stop. */
async function keepSweeping(opened: Ports, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      log().info(await sweep(opened, new Date(Date.now() - sweepAgeMs), stop), 'sweep');
    } catch (error) {
      log().error({ err: error }, 'The sweep broke off; the next one begins again.');
    }
    await delay(sweepIntervalMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
}

/** The causes of what an adapter threw, in a line: at the start the operator reads them, not a client. */
function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.message} ${reasonOf(cause.cause)}`.trim() : '';
}

async function serve(): Promise<void> {
  // A log that nobody reads any more is no reason to stop serving.
  process.stdout.on('error', () => {});
  const config = loadConfig();
  refuseOpenDoors(config);
  const opened = await ports();
  // Whatever is unfinished now was broken off: this process has begun nothing yet. (A tool that is listing people beside it at this very
  // moment fails, says so, and goes on when it is run again.) What can't be finished now is hidden, and left to the sweep.
  await finishBrokenOff(opened, new Date()).catch((error: unknown) =>
    log().error({ err: error }, 'What an earlier run left unfinished could not be finished yet.'),
  );
  const server = createHttpServer({
    routes,
    apiTokens: [...config.apiTokens],
    corsOrigins: [...config.corsOrigins],
    maxRequestBytes: config.maxRequestBytes,
    emulateGatewayLimits: config.emulateGatewayLimits,
    listensOnLoopback: isLoopback(config.host),
  });
  // Before the first line says that it listens: whoever waits for that may tell it to stop at once.
  const signal = Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name).then(() => name)));
  server.listen(config.port, config.host);
  await once(server, 'listening');
  announce(config, opened, server.address() as AddressInfo);
  const stopSweeping = new AbortController();
  const sweeping = keepSweeping(opened, stopSweeping.signal);
  log().info(`${await signal}: finishing the running requests.`);
  stopSweeping.abort();
  await stop(server);
  await sweeping;
  await opened.close();
  log().info('Stopped.');
}

await serve().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else if (error instanceof ServiceError) console.error(`${error.message} ${reasonOf(error.cause)}`);
  else if (error instanceof Error && 'syscall' in error) {
    console.error(`The server can't listen: ${error.message}`);
  } else console.error(error);
  process.exit(1);
});
