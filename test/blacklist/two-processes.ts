import { afterAll, afterEach, beforeAll } from 'vitest';
import { FakeGallery } from '../fakes/faces.ts';
import { portraitOf } from '../fakes/pictures.ts';
import type { Deployment, PortsWithFake } from './deployments.ts';
import { clear } from './stores.ts';

/** Two processes on the same stores, with a fake engine, for tests of what a crash leaves. */
export interface TwoProcesses {
  /** Ports of the process that crashes. */
  readonly dying: PortsWithFake;
  /** Ports that check the stores afterwards, or go on. */
  readonly living: PortsWithFake;
  readonly portraits: Readonly<Record<'listed' | 'other', Buffer>>;
}

/** Opens the deployment of a suite's tests. */
export function useDeployment(start: () => Promise<Deployment>): () => Deployment {
  let deployment: Deployment | undefined;
  beforeAll(async () => {
    deployment = await start();
  });
  afterAll(() => deployment?.[Symbol.asyncDispose]());
  return () => {
    if (!deployment) throw new Error('The deployment is not open yet.');
    return deployment;
  };
}

/** Starts them for the tests of a suite, and empties the stores after each. */
export function useTwoProcesses(deployment: () => Deployment): TwoProcesses {
  const used = {} as { -readonly [Part in keyof TwoProcesses]: TwoProcesses[Part] };
  beforeAll(async () => {
    const gallery = new FakeGallery();
    used.dying = await deployment().openWithFake(gallery);
    used.living = await deployment().openWithFake(gallery);
    used.portraits = { listed: await portraitOf('listed'), other: await portraitOf('other') };
  });
  afterAll(async () => {
    await used.dying.close();
    await used.living.close();
  });
  afterEach(() => clear(used.living));
  return used;
}
