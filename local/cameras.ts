import { galleryJudge, type Judge, type Judgement, type WatchedTrack } from '../lib/cameras/judge.ts';
import { askingJudge } from '../lib/cameras/remote-judge.ts';
import { type CameraSettings, readCameras } from '../lib/cameras/settings.ts';
import { type Sighting, Sightings } from '../lib/cameras/sightings.ts';
import { type CameraStatus, CameraWatcher } from '../lib/cameras/watch.ts';
import type { Config } from '../lib/config.ts';
import { ServiceError } from '../lib/errors.ts';
import type { Outbox } from '../lib/events/port.ts';
import type { FaceFollower } from '../lib/faces/port.ts';
import { addressCheck } from '../lib/inputs/address-check.ts';
import { log } from '../lib/log.ts';
import type { Stores } from '../lib/ports.ts';
import { offlineAfterMs, reportCameras } from '../lib/service/cameras.ts';
import { AddedCameras, watchedAdded } from './added-cameras.ts';
import { WatchedCameras } from './watched-cameras.ts';

/** Cameras that this process watches. */
export interface Cameras {
  /** Watchers, which change with additions. */
  readonly watchers: readonly CameraWatcher[];
  /** Additions by the API; `undefined` where `CAMERA_NETWORKS` does not allow any. */
  readonly changes: CameraChanges | undefined;
  /** Watches all of them until the signal; resolves when nothing is left running. */
  run(signal: AbortSignal): Promise<void>;
}

/** Changes of the cameras while the service runs. */
export interface CameraChanges {
  /**
   * Watches a further camera, also after the next start.
   * @throws CameraConflictError when its name is taken, or there are too many
   */
  add(camera: CameraSettings): Promise<CameraWatcher>;
  /**
   * Stops watching a camera that was added.
   * @throws CameraConflictError when the operator's file names it
   */
  remove(watcher: CameraWatcher): Promise<void>;
}

/** Everything that watching needs of the service. */
export interface CameraPorts extends Stores {
  /** Queue of events; `undefined` where there are no webhooks. */
  readonly outbox?: Outbox | undefined;
  /** Is told of each passage when it is over. */
  readonly onPassage?: (passage: Passage) => void;
}

/** Person who has passed a camera. */
export interface Passage {
  readonly camera: string;
  readonly track: WatchedTrack;
  /** Record of the sighting; `undefined` for somebody who is not listed. */
  readonly sighting: Sighting | undefined;
}

/**
 * Reads the file of cameras, and prepares to watch them.
 * @throws ConfigError when the file is wrong
 * @throws BackendUnavailableError when the networks can't be loaded
 */
export async function openCameras(
  ports: CameraPorts,
  config: Config,
  file: string | undefined,
): Promise<Cameras> {
  const named = file === undefined ? [] : readCameras(file, process.env);
  const added = new AddedCameras(config);
  const names = new Set(named.map(({ name }) => name.toLowerCase()));
  const further = watchedAdded(added, config).filter(({ name }) => !names.has(name.toLowerCase()));
  return watchCameras(ports, config, [...named, ...further], config.cameraNetworks && added);
}

/**
 * Prepares to watch cameras.
 * @throws BackendUnavailableError when the networks can't be loaded
 */
export async function watchCameras(
  ports: CameraPorts,
  config: Config,
  cameras: readonly CameraSettings[],
  added?: AddedCameras,
): Promise<Cameras> {
  await using opening = new AsyncDisposableStack();
  const follower = ports.faces.follower ?? (await openOwnFollower(config, opening));
  const watched = new WatchedCameras((camera) => watcherOf(ports, config, camera, follower), added);
  for (const camera of cameras) watched.begin(camera);
  const { watchers } = watched;
  reportCameras(() =>
    watchers.map(({ settings, status }) => ({ ...status, keepsUnknown: settings.keep === 'all' })),
  );
  const opened = opening.move();
  return {
    watchers,
    changes: added && watched,
    async run(signal) {
      await watched.run(signal);
      await opened.disposeAsync();
    },
  };
}

/** Opens networks of this process, where another service compares the faces. */
async function openOwnFollower(config: Config, opening: AsyncDisposableStack): Promise<FaceFollower> {
  const { openLocalFollower } = await import('../lib/faces/engine/local-follower.ts');
  return opening.adopt(await openLocalFollower(config), (follower) => follower.close());
}

function judgeOf({ faces }: CameraPorts, { threshold }: CameraSettings, follower: FaceFollower): Judge {
  if (!faces.matchFace) return galleryJudge(follower, threshold);
  return askingJudge(faces.matchFace.bind(faces), threshold);
}

/** Track that was told of. It may go on after its end, if the person comes back soon. */
interface RecordedTrack {
  readonly at: number;
  readonly sighting: Sighting;
  readonly matchedLooks: number;
}

/** Milliseconds after which a track that was told of can't go on: longer than anybody stands in view. */
const forgottenAfterMs = 6 * 60 * 60_000;

function watcherOf(
  ports: CameraPorts,
  config: Config,
  camera: CameraSettings,
  follower: FaceFollower,
): CameraWatcher {
  const { name } = camera;
  const sightings = new Sightings(ports, config, camera);
  const recorded = new Map<string, RecordedTrack>();
  const reportState = stateReporter(ports.outbox);
  let hasFailed = false;
  return new CameraWatcher(camera, {
    follower,
    judge: judgeOf(ports, camera, follower),
    ffmpeg: config.ffmpegPath,
    isAllowed: config.cameraNetworks && addressCheck(config.cameraNetworks),
    listener: {
      async onMatch(track: WatchedTrack, judgement: Judgement) {
        const sighting = await sightings.record(track, judgement);
        hasFailed = false;
        if (!sighting) return false;
        const { dbId, isSuppressed } = sighting;
        log().info({ camera: name, track: track.id, dbId, suppressed: isSuppressed }, 'camera: a match');
        for (const [id, { at }] of recorded) if (track.lastSeen - at > forgottenAfterMs) recorded.delete(id);
        recorded.set(track.id, {
          at: track.lastSeen,
          sighting,
          matchedLooks: judgement.entries[0]?.matchedLooks ?? 0,
        });
        return true;
      },
      async onEnded(track, isReported) {
        const known = recorded.get(track.id);
        ports.onPassage?.({ camera: name, track, sighting: known?.sighting });
        if (known) await sightings.complete(known.sighting.dbId, track, known.matchedLooks);
        else if (!isReported && camera.keep === 'all') await sightings.recordUnknown(track);
      },
      onState: (status) => reportState(status),
      onError(error) {
        // One line for a failure that lasts, not five a second.
        if (!hasFailed) log().error({ err: error, camera: name }, 'camera: a frame could not be looked at');
        hasFailed = error instanceof ServiceError;
      },
    },
  });
}

/** Tells by the log of each change, and receivers of events of a camera that stays away. */
function stateReporter(outbox: Outbox | undefined): (status: CameraStatus) => void {
  let timer: NodeJS.Timeout | undefined;
  let isReportedAway = false;
  let newest: CameraStatus | undefined;
  const report = (type: 'camera.offline' | 'camera.online', { name, reason }: CameraStatus) => {
    const event = { type, timestamp: new Date().toISOString(), data: { camera: name, reason } } as const;
    outbox
      ?.enqueue(event)
      .catch((error: unknown) => log().error({ err: error, camera: name }, `camera: ${type}`));
  };
  return (status) => {
    const { name: camera, state, reason } = status;
    newest = status;
    if (state === 'offline') {
      log().warn({ camera, reason }, 'camera: it gives no frames');
      timer ??= setTimeout(() => {
        isReportedAway = true;
        // A reason that has become clearer meanwhile is told, not the first one.
        report('camera.offline', newest ?? status);
      }, offlineAfterMs).unref();
      return;
    }
    log().info({ camera, state }, 'camera: its state');
    // A try to reach it is no news yet.
    if (state === 'starting') return;
    clearTimeout(timer);
    timer = undefined;
    if (isReportedAway && state === 'online') report('camera.online', status);
    isReportedAway = false;
  };
}
