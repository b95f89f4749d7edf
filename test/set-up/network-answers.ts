import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes the folder in which the programs share what networks answered, and removes it at the end. */
export default async function setUp(): Promise<(() => Promise<void>) | undefined> {
  // Several projects run this set-up.
  if (process.env.NETWORK_ANSWERS) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'network-answers-'));
  process.env.NETWORK_ANSWERS = folder;
  return async () => {
    delete process.env.NETWORK_ANSWERS;
    await rm(folder, { recursive: true });
  };
}
