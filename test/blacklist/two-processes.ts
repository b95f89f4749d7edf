import { afterAll, afterEach, beforeAll } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import type { Deployment } from './deployments.ts';
import { clear, facesAlone } from './stores.ts';

/** Two processes on the same stores, for tests of what a crash leaves. */
export interface TwoProcesses {
  readonly deployment: Deployment;
  /** Ports of the process that crashes. */
  readonly dying: OpenedPorts;
  /** Ports that check the stores afterwards, or go on. */
  readonly living: OpenedPorts;
  readonly portraits: Awaited<ReturnType<typeof facesAlone>>;
}

/** Starts them for the tests of a suite, and empties the stores after each. */
export function useTwoProcesses(start: () => Promise<Deployment>): TwoProcesses {
  const used = {} as { -readonly [Part in keyof TwoProcesses]: TwoProcesses[Part] };
  beforeAll(async () => {
    used.deployment = await start();
    used.dying = await ports(parseConfig(used.deployment.settings));
    used.living = await ports(parseConfig(used.deployment.settings));
    used.portraits = await facesAlone(used.living);
  });
  afterAll(async () => {
    await used.dying.close();
    await used.living.close();
    await used.deployment[Symbol.asyncDispose]();
  });
  afterEach(() => clear(used.living));
  return used;
}
