import { noteDetail } from '../../lib/audit/scope.ts';
import { parseAddedCamera } from '../../lib/cameras/settings.ts';
import type { CameraWatcher } from '../../lib/cameras/watch.ts';
import {
  addCameraContract,
  type CameraState,
  getCameraFrameContract,
  listCamerasContract,
  pauseCameraContract,
  removeCameraContract,
} from '../../lib/contract/endpoints/cameras.ts';
import { CameraConflictError, CameraNotFoundError } from '../../lib/errors.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { response } from '../../lib/http/response.ts';
import { normalName } from '../../lib/names/normal-form.ts';
import { encodeJpeg } from '../../lib/processing/render.ts';
import type { CameraChanges } from '../cameras.ts';
import { frameReceiver } from './frame-receiver.ts';
import type { Route } from './gateway.ts';

/**
 * Makes the endpoints of the cameras that this process watches; there may be none.
 * @param changes additions and removals; `undefined` where the API may name no addresses
 */
export function cameraRoutes(watchers: readonly CameraWatcher[], changes?: CameraChanges): Route[] {
  const find = (name: string) => findCamera(watchers, name);
  return [
    endpoint(listCamerasContract, async () => watchers.map(stateOf)),
    endpoint(addCameraContract, async ({ body }) => {
      if (!changes) throw operatorOnlyError();
      const camera = parseAddedCamera(body);
      noteDetail(camera.name);
      return stateOf(await changes.add(camera));
    }),
    endpoint(removeCameraContract, async ({ params }) => {
      const watcher = find(params.name);
      if (!changes) throw operatorOnlyError();
      noteDetail(watcher.settings.name);
      await changes.remove(watcher);
      return stateOf(watcher);
    }),
    endpoint(pauseCameraContract, async ({ params, body }) => {
      const watcher = find(params.name);
      noteDetail(`${watcher.settings.name}: ${body.paused ? 'paused' : 'resumed'}`);
      watcher.pause(body.paused);
      return stateOf(watcher);
    }),
    endpoint(getCameraFrameContract, async ({ params }) => {
      const newest = find(params.name).newest;
      if (!newest) throw new CameraNotFoundError('The camera gives no frames now.');
      // The camera may use its memory again before the encoder has read it.
      const { width, height, pixels } = newest.frame;
      const bytes = await encodeJpeg({ width, height, pixels: pixels.slice() });
      return response({
        status: 200,
        headers: {
          'Content-Type': 'image/jpeg',
          'Cache-Control': 'private, no-store',
          'Cross-Origin-Resource-Policy': 'same-origin',
        },
        body: Buffer.from(bytes).toString('base64'),
        isBase64: true,
      });
    }),
    frameReceiver(find),
  ];
}

function operatorOnlyError(): CameraConflictError {
  return new CameraConflictError(
    'Only the operator names cameras here: CAMERA_NETWORKS would say in which networks others may.',
  );
}

/** @throws CameraNotFoundError */
function findCamera(watchers: readonly CameraWatcher[], name: string): CameraWatcher {
  const wanted = normalName(name).toLowerCase();
  const found = watchers.find(({ settings }) => settings.name.toLowerCase() === wanted);
  if (!found) throw new CameraNotFoundError('There is no camera of this name.');
  return found;
}

function stateOf(watcher: CameraWatcher): CameraState {
  const { settings, status } = watcher;
  const { name, address, state, reason, width, height, frames, tracks, restarts } = status;
  return {
    name,
    address,
    state,
    since: status.since.toISOString(),
    reason,
    fps: settings.fps,
    fps_seen: status.framesPerSecond,
    width,
    height,
    last_frame: status.lastFrame?.toISOString() ?? null,
    last_sighting: status.lastSighting?.toISOString() ?? null,
    frames,
    tracks,
    restarts,
    keep: settings.keep,
    zone: settings.zone.map(([x, y]) => [x, y]),
    faces: (watcher.newest?.faces ?? []).map(({ id, box }) => ({ id, box })),
  };
}
