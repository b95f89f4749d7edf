import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Roles } from './policy.ts';

/** Names of what the emulators have in place of the stack's resources. */
export interface EmulatedNames {
  readonly region: string;
  readonly bucket: string;
  readonly table: string;
  readonly collection: string;
  /** Names of queues, by the beginnings of their ids in the template. */
  readonly queues: Readonly<Record<string, string>>;
}

const maxBuffer = 16 * 1024 * 1024;

/**
 * Reads each function's role from the synthesized template. That runs in a process of its own, because the
 * CDK takes much memory.
 * @throws Error with the CDK's output when the stack can't be made
 */
export async function synthesizeRoles(names: EmulatedNames): Promise<Roles> {
  const program = join(import.meta.dirname, 'synthesize-roles.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(names)], {
    maxBuffer,
    // The CDK's own rules for templates take seconds, and `cdk synth` checks them anyway.
    env: { ...process.env, NODE_OPTIONS: '', CDK_VALIDATION: 'false' },
  });
  return JSON.parse(stdout);
}
