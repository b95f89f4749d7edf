import { join } from 'node:path';
import { withVariables } from '../lib/cameras/address.ts';
import { sendingJudge } from '../lib/cameras/sending-judge.ts';
import type { CameraSettings } from '../lib/cameras/settings.ts';
import { ShotQueue } from '../lib/cameras/shot-queue.ts';
import { type RemoteService, type ShotAnswer, ShotSender } from '../lib/cameras/shot-sender.ts';
import { type CameraStatus, CameraWatcher } from '../lib/cameras/watch.ts';
import { type Config, ConfigError } from '../lib/config.ts';
import { openLocalFollower } from '../lib/faces/engine/local-follower.ts';
import { addressCheck } from '../lib/inputs/address-check.ts';
import { log } from '../lib/log.ts';

/** Shots that wait for a lost line: an evening's worth at most, and no longer than an hour. */
const limits = { count: 500, ageMs: 60 * 60_000 };
/** Tracks of which it is known that somebody was found. */
const knownMatches = 1_000;

/**
 * Reads the options that name a service elsewhere.
 * @param token it may be a variable such as `${WATCH_TOKEN}`, which keeps it out of the list of processes
 * @throws ConfigError
 */
export function remoteService(
  api: string,
  token: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): RemoteService {
  const url = URL.parse(api);
  if (!url || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search !== '')
    throw new ConfigError('--api takes the http(s) address of a service, such as https://faces.example.');
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isHere)
    throw new ConfigError(
      '--api takes https for another machine: faces and the token would be read on the way.',
    );
  if (token === undefined)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: users write it so.
    throw new ConfigError("--api wants --token: a token of the service, such as '${WATCH_TOKEN}'.");
  try {
    return { url, token: withVariables(token, environment) };
  } catch (error) {
    throw new ConfigError(`--token: ${(error as Error).message}`);
  }
}

/** Numbers of a run, for its end. */
export interface RemoteReport {
  readonly sent: number;
  readonly refused: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly status: CameraStatus;
}

/**
 * Watches a camera for a service elsewhere, which gets the best view of everybody who passes and compares it.
 * What can't be sent waits on disk.
 * @throws BackendUnavailableError when the networks can't be loaded
 */
export async function watchForService(
  config: Config,
  camera: CameraSettings,
  { service, onAnswer }: { readonly service: RemoteService; readonly onAnswer: (answer: ShotAnswer) => void },
  signal: AbortSignal,
): Promise<RemoteReport> {
  await using follower = asDisposable(await openLocalFollower(config));
  const matched = new Set<string>();
  const queue = new ShotQueue(join(config.dataDir, 'outgoing'), service.token, limits);
  const sender = new ShotSender(service, queue, {
    onAnswer(answer) {
      if (answer.entries.length > 0) matched.add(answer.shot.track);
      const [oldest] = matched;
      if (matched.size > knownMatches && oldest !== undefined) matched.delete(oldest);
      onAnswer(answer);
    },
  });
  // An earlier run may have left some.
  sender.start();
  const watcher = new CameraWatcher(camera, {
    follower,
    judge: sendingJudge({
      camera: camera.name,
      send: (shot) => sender.send(shot),
      hasMatched: (track) => matched.has(track),
    }),
    ffmpeg: config.ffmpegPath,
    isAllowed: config.cameraNetworks && addressCheck(config.cameraNetworks),
    listener: {
      onMatch: async () => false,
      onEnded: async () => undefined,
      onState: ({ name, state, reason }) => log().info({ camera: name, state, reason }, 'camera: its state'),
      onError: (error) =>
        log().error({ err: error, camera: camera.name }, 'camera: a frame could not be looked at'),
    },
  });
  await watcher.run(signal);
  await sender.close();
  const { sent, refused } = sender;
  const waiting = (await queue.prune()).length;
  return { sent, refused, waiting, dropped: queue.dropped, status: watcher.status };
}

function asDisposable<Closed extends { close(): Promise<void> }>(closed: Closed): Closed & AsyncDisposable {
  return Object.assign(closed, { [Symbol.asyncDispose]: () => closed.close() });
}
