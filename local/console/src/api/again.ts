import { texts } from '../texts.ts';
import { errorText, isGone, RefusedError, UnreachableError } from './client.ts';
import { isAwayStatus, noteAnswer, pause, untilReachable } from './connection.ts';
import { pressedNow } from './token.ts';

/**
 * Requests whose answer was lost: the service may have done them. They are asked for again, so that the page
 * tells what is true.
 */

const maxAttempts = 5;
const pauseMs = 1_000;
const maxPauseMs = 10_000;
/** A service that was stopped keeps its claim on a request for about a minute. */
const maxBusyAttempts = 30;
const busyPauseMs = 3_000;
/** Statuses of a service that has too much to do, or is about to stop. */
const busyStatuses: readonly number[] = [429, 503];

/** Returns true if a proxy got no answer from the service. */
export const isAway = (error: unknown) => error instanceof RefusedError && isAwayStatus(error.status);

/** Returns true if nobody knows whether the service did what was asked. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof UnreachableError || isAway(error) || isWorkedOn(error);
}

/** Returns true if a question that changes nothing may be answered later. */
export function mayPass(error: unknown): boolean {
  return isUnanswered(error) || (error instanceof RefusedError && busyStatuses.includes(error.status));
}

/** Statuses that tell what became of a request. Others leave that open if an answer was lost. */
const tellingStatuses: readonly number[] = [400, 404, 409, 410, 412, 413, 415, 422];

/** Returns true if an error tells that a request was not done, also where an earlier answer was lost. */
export function isTelling(error: unknown): boolean {
  return error instanceof RefusedError && tellingStatuses.includes(error.status) && !isWorkedOn(error);
}

/** Returns true if the service still works on the same request. */
export function isWorkedOn(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 409 && /Idempotency-Key/.test(error.message);
}

/**
 * Asks until an answer comes, some times. Only what may be done twice, or is known again, is asked so.
 *
 * @param ask makes the request; it is told if an earlier one may have been done
 * @param onLost called each time that no answer came
 * @param isToRepeat tells if an error is a reason to ask again
 * @param most number of answers that may be lost
 * @param isForWhoPressed true to give up once another token is entered
 *
 * @throws what `ask` throws
 */
export async function untilAnswered<Answer>(
  ask: (isRepeated: boolean) => Promise<Answer>,
  onLost: (error: unknown) => void = () => {},
  isToRepeat = isUnanswered,
  most = maxAttempts,
  isForWhoPressed = true,
): Promise<Answer> {
  const { pressedAt } = pressedNow();
  let lost = 0;
  let busy = 0;
  for (;;) {
    try {
      return await ask(lost + busy > 0);
    } catch (error) {
      if (!(isToRepeat(error) || (lost + busy > 0 && mayPass(error)))) throw error;
      const isBusy = isWorkedOn(error);
      if (isBusy ? ++busy === maxBusyAttempts : ++lost === most) throw error;
      onLost(error);
      if (isAway(error)) noteAnswer(false);
      await pause(isBusy ? busyPauseMs : Math.min(lost * pauseMs, maxPauseMs));
      await untilReachable();
      // Whoever has entered another token meanwhile never pressed.
      if (isForWhoPressed && pressedAt !== pressedNow().pressedAt) throw error;
    }
  }
}

/**
 * Reads what the page must know until an answer comes, however long the service is away or busy. It goes on
 * with another token. Whoever no longer wants it aborts the reading.
 *
 * @throws what `read` throws
 */
export function untilRead<Answer>(
  read: () => Promise<Answer>,
  onLost?: (error: unknown) => void,
): Promise<Answer> {
  return untilAnswered(read, onLost, mayPass, Number.POSITIVE_INFINITY, false);
}

/** Says why no answer came, and that it is asked for again. */
export function askedAgainText(error: unknown): string {
  return `${errorText(error)} ${texts.frame.triedAgain}`;
}

/**
 * Has something deleted. To be gone already is as good, if an earlier request may have done it.
 *
 * @throws what `erase` throws
 */
export function untilGone(erase: () => Promise<unknown>, onLost?: (error: unknown) => void): Promise<void> {
  return untilAnswered(async (isRepeated) => {
    try {
      await erase();
    } catch (error) {
      if (!(isRepeated && isGone(error))) throw error;
    }
  }, onLost);
}
