import type { CameraStateName } from '../contract/endpoints/cameras.ts';

/** State of a camera, for the status and the metrics. */
export interface CameraFigures {
  readonly name: string;
  readonly state: CameraStateName;
  readonly since: Date;
  /** Sentence about why it gives no frames; `null` while it does. */
  readonly reason: string | null;
  /** True where faces are kept that match nobody. */
  readonly keepsUnknown: boolean;
  readonly lastFrame: Date | null;
  readonly frames: { readonly looked: number; readonly idle: number; readonly dropped: number };
  readonly tracks: { readonly matched: number; readonly unknown: number };
  readonly restarts: number;
}

let report: () => readonly CameraFigures[] = () => [];

/** Makes the cameras of this process known to whoever tells of the service's state. */
export function reportCameras(figures: () => readonly CameraFigures[]): void {
  report = figures;
}

/** Lists the cameras of this process; none where it watches none. */
export function cameraFigures(): readonly CameraFigures[] {
  return report();
}

/** Milliseconds for which a camera may be away before anybody is told. */
export const offlineAfterMs = 30_000;

/** Writes warnings about cameras that are away, and about those that keep strangers' faces. */
export function cameraWarnings(now = Date.now()): string[] {
  return report().flatMap(({ name, state, since, reason, keepsUnknown }) => [
    ...(state === 'offline' && now - since.getTime() >= offlineAfterMs
      ? [`The camera ${name} gives no frames since ${since.toISOString()}: ${reason ?? ''}`]
      : []),
    ...(keepsUnknown
      ? [`The camera ${name} keeps pictures of people who match nobody, for KEEP_UNMATCHED_DAYS.`]
      : []),
  ]);
}
