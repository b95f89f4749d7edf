import { once } from 'node:events';
import { asService } from '../lib/audit/scope.ts';
import { type CameraSettings, maxCameras } from '../lib/cameras/settings.ts';
import type { CameraWatcher } from '../lib/cameras/watch.ts';
import { CameraConflictError } from '../lib/errors.ts';
import { log } from '../lib/log.ts';
import type { AddedCameras } from './added-cameras.ts';

/** Cameras that are watched together. Some may come and go while the others go on. */
export class WatchedCameras {
  readonly watchers: CameraWatcher[] = [];
  readonly #open: (camera: CameraSettings) => CameraWatcher;
  readonly #added: AddedCameras | undefined;
  readonly #running = new Map<
    CameraWatcher,
    { readonly stop: AbortController; readonly done: Promise<void> }
  >();
  #signal: AbortSignal | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(open: (camera: CameraSettings) => CameraWatcher, added: AddedCameras | undefined) {
    this.#open = open;
    this.#added = added;
  }

  /** Takes a camera among those that are watched. */
  begin(camera: CameraSettings): CameraWatcher {
    const watcher = this.#open(camera);
    this.watchers.push(watcher);
    if (this.#signal) this.#start(watcher, this.#signal);
    return watcher;
  }

  /** Watches until the signal; without additions, no longer than there is something to watch. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const watcher of this.watchers) this.#start(watcher, signal);
    if (this.#added && !signal.aborted) await once(signal, 'abort');
    await this.#turn;
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  add(camera: CameraSettings): Promise<CameraWatcher> {
    return this.#inTurn(async () => {
      const isTaken = this.watchers.some(
        ({ settings }) => settings.name.toLowerCase() === camera.name.toLowerCase(),
      );
      if (isTaken) throw new CameraConflictError(`There is a camera named '${camera.name}' already.`);
      if (this.watchers.length >= maxCameras)
        throw new CameraConflictError(`There are ${maxCameras} cameras already: remove one first.`);
      await this.#added?.add(camera);
      return this.begin(camera);
    });
  }

  remove(watcher: CameraWatcher): Promise<void> {
    return this.#inTurn(async () => {
      const { settings } = watcher;
      if (!this.#added?.list.includes(settings))
        throw new CameraConflictError("The operator's file names this camera: take it out there.");
      await this.#added.remove(settings);
      this.watchers.splice(this.watchers.indexOf(watcher), 1);
      const running = this.#running.get(watcher);
      running?.stop.abort();
      await running?.done;
    });
  }

  /** Makes one change after the other: each writes the file anew. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #start(watcher: CameraWatcher, signal: AbortSignal): void {
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const camera = watcher.settings.name;
    const done = asService('camera', () => watcher.run(until))
      .catch((error: unknown) => log().error({ err: error, camera }, 'camera: it is not watched any more'))
      .finally(() => this.#running.delete(watcher));
    this.#running.set(watcher, { stop, done });
  }
}
