import { setTimeout as delay } from 'node:timers/promises';
import { BackendUnavailableError, ThrottledError } from '../errors.ts';

const attempts = 3;
const pauseMs = 50;
/** Milliseconds after which a step is not tried again: it has waited itself, and somebody waits for all. */
const longestMs = 3000;

/**
 * Does a step of an erasure, and again if the store does not answer. An erasure has many steps, and none may
 * be left out because one fails now and then. The step can be done twice.
 * @throws what the last attempt throws.
 */
export async function retryTransient<T>(step: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + longestMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      const isPassing = error instanceof BackendUnavailableError || error instanceof ThrottledError;
      if (!isPassing || attempt === attempts || performance.now() > deadline) throw error;
    }
    await delay(pauseMs * attempt);
  }
}
