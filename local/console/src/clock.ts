/**
 * Clocks of the page. The device's own clock may be wrong, and may be set while the page is open. So no wait
 * and no order of two moments follows it, and whether an entry is in force follows the service's.
 */

type Clock = () => number;

/** Lead of the device's clock from which it has slept while the page was hidden. */
const sleptMs = 1_000;

/** Tells milliseconds that only grow, also while a device sleeps, which a browser's own counter may miss. */
export class SteadyClock {
  readonly #counter: Clock;
  readonly #device: Clock;
  /** Difference between both when they were read last. */
  #lead: number;
  #slept = 0;
  #isHidden = false;

  constructor(counter: Clock = () => performance.now(), device: Clock = () => Date.now()) {
    this.#counter = counter;
    this.#device = device;
    this.#lead = device() - counter();
  }

  now(): number {
    const [counted, device] = [this.#counter(), this.#device()];
    const more = device - counted - this.#lead;
    if (this.#isHidden && more > sleptMs) this.#slept += more;
    this.#lead = device - counted;
    return counted + this.#slept;
  }

  /** Notes if the page is hidden. A device that sleeps hides it before. */
  noteHidden(isHidden: boolean): void {
    this.now();
    this.#isHidden = isHidden;
  }
}

/** Tells the service's time, as its answers tell it. */
export class ServiceClock {
  readonly #steady: Clock;
  readonly #device: Clock;
  /** Difference between the service's time and that of the steady clock; undefined until an answer tells. */
  #ahead: number | undefined;

  constructor(steady: Clock, device: Clock = () => Date.now()) {
    this.#steady = steady;
    this.#device = device;
  }

  /** Returns the device's time until an answer has told the service's. */
  now(): number {
    return this.#ahead === undefined ? this.#device() : this.#steady() + this.#ahead;
  }

  /**
   * Takes over the time that an answer tells in whole seconds. It was that second at some time between
   * question and answer. What is known stays as long as it agrees with that.
   *
   * @param date value of the answer's header `Date`; null if a page may not read it
   * @param asked time of the question, by the steady clock
   */
  note(date: string | null, asked: number): void {
    const told = Date.parse(date ?? '');
    if (Number.isNaN(told)) return;
    const [least, most] = [told - this.#steady(), told + 1_000 - asked];
    const known = this.#ahead ?? (least + most) / 2;
    this.#ahead = Math.max(least, Math.min(known, most));
  }
}

const steady = new SteadyClock();
const service = new ServiceClock(ticks);

/** Returns milliseconds that only grow. They say nothing of the day. */
export function ticks(): number {
  return steady.now();
}

export const noteHidden = (isHidden: boolean) => steady.noteHidden(isHidden);
export const serviceNow = () => service.now();
export const noteServiceTime = (date: string | null, asked: number) => service.note(date, asked);

/** Returns the time that the device shows for a moment of before. */
export const deviceTimeAt = (tick: number) => Date.now() - (ticks() - tick);
