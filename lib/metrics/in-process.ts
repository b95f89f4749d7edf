import type { Meter, Metrics } from './port.ts';
import { RecentPictures } from './recent-pictures.ts';

/**
 * `#metrics` of every process but Lambda functions. It remembers the last hour, and passes measurements to
 * listeners.
 */

const listeners: Meter[] = [];
const recent = new RecentPictures();

export const meter: Meter = {
  answered(request) {
    for (const listener of listeners) listener.answered(request);
  },
  ended() {},
  waited(queue, seconds) {
    for (const listener of listeners) listener.waited(queue, seconds);
  },
  passed(stage, seconds) {
    for (const listener of listeners) listener.passed(stage, seconds);
  },
  worked(picture) {
    recent.add(picture);
    for (const listener of listeners) listener.worked(picture);
  },
  unusable(source) {
    for (const listener of listeners) listener.unusable(source);
  },
  called(operation, outcome) {
    for (const listener of listeners) listener.called(operation, outcome);
  },
};

/** Adds a meter that receives all later measurements. */
export function listen(listener: Meter): void {
  listeners.push(listener);
}

export const throughput: Metrics['throughput'] = () => recent.throughput();

export const startedAt: Metrics['startedAt'] = () => new Date(performance.timeOrigin);
