/** Command: serves the API over HTTP until it is told to stop. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessBuffer } from '../../lib/audit/access-buffer.ts';
import { recordAccesses } from '../../lib/audit/in-process.ts';
import { type AwsConfig, type Config, ConfigError } from '../../lib/config.ts';
import { ServiceError } from '../../lib/errors.ts';
import { loadConfig, loadedWarnings } from '../../lib/load-config.ts';
import { log } from '../../lib/log.ts';
import { waitingOldService } from '../../lib/old-service.ts';
import { localUploads, openDataFolder } from '../../lib/wiring/adapters.ts';
import { audit, type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import type { Cameras } from '../cameras.ts';
import { messageWithReasons } from '../command.ts';
import { currentAuthorizer } from './authorizer.ts';
import { finishEarlierRun, updateRecords, workInBackground } from './background.ts';
import { cameraRoutes } from './camera-routes.ts';
import { openServerCameras } from './cameras.ts';
import { consoleRoutes } from './console.ts';
import { DataFolderClaim } from './data-folder-claim.ts';
import { EventStreams } from './event-stream.ts';
import type { Route } from './gateway.ts';
import { handlers } from './handlers.ts';
import { createHttpServer, stop } from './http-server.ts';
import { stopSignal } from './stop-signal.ts';
import { WatchedTokens } from './token-file.ts';
import { receiveUploadContract, uploadReceiver } from './uploads.ts';
import { openDelivery } from './webhooks.ts';

/** Times between two looks for events, while anybody follows them. In AWS each look is a paid request. */
const lookMs = 1_000;
const awsLookMs = 3_000;

/** Time for the work besides answering, and for closing the stores, once all is answered or cut off. */
const lastMs = 10_000;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function refuseOpenDoors({ host, apiTokens, tokensFile, allowUnauthenticated }: Config): void {
  if (isLoopback(host) || apiTokens.length > 0 || tokensFile || allowUnauthenticated) return;
  throw new ConfigError(
    `HOST=${host} lets other machines in: set API_TOKENS to the bearer tokens that clients must send, or API_TOKENS_FILE ` +
      'to a file of named ones, or ALLOW_UNAUTHENTICATED=true when something in front of the service keeps strangers out.',
  );
}

function placesInAws({ bucket, tableName, collectionId }: AwsConfig): string {
  const records = tableName === undefined ? 'a local database' : `table ${tableName}`;
  return `bucket ${bucket}, ${records}, collection ${collectionId}`;
}

function announce(
  config: Config,
  { runtime, faces }: OpenedPorts,
  { address, port, family }: AddressInfo,
): void {
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  const data = config.aws ? placesInAws(config.aws) : config.dataDir;
  log().info(
    { url, backend: config.backend, runtime, model: faces.modelId, data },
    `${config.apiTitle} listens on ${url}: backend ${config.backend} (${runtime}), model ${faces.modelId}, data in ${data}`,
  );
  if (!config.aws && faces.modelId !== config.modelName) {
    log().warn(`MODEL_NAME=${config.modelName} is not a model of this backend: ${faces.modelId} is used.`);
  }
}

function warn(config: Config): void {
  const waiting = waitingOldService(config, process.cwd());
  for (const warning of [...loadedWarnings(), ...(waiting ? [waiting] : [])]) log().warn(warning);
}

/** Ends the process after some time, which work that is still under way would keep from ending. */
function exitSoon(): void {
  setTimeout(() => {
    log().warn('Not all work was done in time: the next start finishes or undoes it.');
    process.exit(0);
  }, lastMs).unref();
}

/** Makes the route that takes pictures; in AWS mode S3 takes them. */
async function uploadRoutes(config: Config) {
  if (config.aws) return [];
  return [{ contract: receiveUploadContract, receive: uploadReceiver(await localUploads(config)) }];
}

/** Collects the settings of the HTTP server. */
function serverOptions(config: Config) {
  const { maxRequestBytes, emulateGatewayLimits, allowedHosts, trustedProxies, publicUrl } = config;
  return {
    apiTokens: [...config.apiTokens],
    corsOrigins: [...config.corsOrigins],
    listensOnLoopback: isLoopback(config.host),
    ...{ maxRequestBytes, emulateGatewayLimits, allowedHosts, trustedProxies, publicUrl },
  };
}

async function serve(): Promise<void> {
  // If nobody reads the log any more, the server still serves.
  process.stdout.on('error', () => {});
  const config = loadConfig();
  refuseOpenDoors(config);
  using namedTokens = config.tokensFile === undefined ? undefined : new WatchedTokens(config.tokensFile);
  // The engine's threads start meanwhile.
  const [opened, { openMetrics }] = await Promise.all([ports(), import('./metrics.ts')]);
  const trail = await audit(config);
  const accesses = new AccessBuffer(trail);
  recordAccesses(accesses);
  await updateRecords(opened, config);
  using claim = new DataFolderClaim(await openDataFolder(config));
  await finishEarlierRun(opened, claim);
  const delivery = await openDelivery(config);
  const everyMs = config.aws ? awsLookMs : lookMs;
  const events = new EventStreams({ trail, records: opened.records }, { everyMs });
  const cameras = await openServerCameras({ ...opened, outbox: delivery?.outbox }, config);
  const authorizer = currentAuthorizer();
  const routes = [
    ...handlers,
    ...consoleRoutes(config.aws),
    // The stack has none of these.
    ...(authorizer ? [] : [openMetrics(config, opened), events, ...routesOf(cameras)]),
    ...(await uploadRoutes(config)),
  ];
  const server = createHttpServer({ routes, authorizer, namedTokens, ...serverOptions(config) });
  // The signal is handled before the first line says that the server listens: whoever waits for that line may
  // stop it at once.
  const signal = stopSignal();
  announce(config, opened, await listen(server, config));
  warn(config);
  const stopWork = new AbortController();
  // Before the first request is read, whose match the webhooks are to hear of.
  const work = workInBackground(opened, config, { delivery, claim, cameras }, stopWork.signal);
  log().info(`${await signal}: finishing the running requests.`);
  stopWork.abort();
  events.close();
  await stop(server);
  await end(work, accesses, opened);
}

function routesOf(cameras: Cameras | undefined): Route[] {
  return cameraRoutes(cameras?.watchers ?? [], cameras?.changes);
}

async function listen(server: Server, { port, host }: Config): Promise<AddressInfo> {
  server.listen(port, host);
  await once(server, 'listening');
  return server.address() as AddressInfo;
}

/** Waits for the work besides answering, writes the last lines of the audit trail, and closes the stores. */
async function end(work: Promise<void>, accesses: AccessBuffer, opened: OpenedPorts): Promise<void> {
  exitSoon();
  await work;
  await accesses
    .close()
    .catch((error: unknown) => log().error({ err: error }, 'audit: the last lines could not be written'));
  await opened.close();
  log().info('Stopped.');
}

await serve().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else if (error instanceof ServiceError) {
    console.error(messageWithReasons(error));
    const { aws } = loadConfig();
    if (aws) console.error(`Where it was looked for: region ${aws.region}, ${placesInAws(aws)}.`);
  } else if (error instanceof Error && 'syscall' in error) {
    const isTaken = 'code' in error && error.code === 'EADDRINUSE';
    console.error(`The server can't listen: ${error.message}${isTaken ? '. Set PORT to another one.' : ''}`);
  } else console.error(error);
  process.exit(1);
});
