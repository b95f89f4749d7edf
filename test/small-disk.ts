import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** A file system of a few megabytes, which can be filled to its last byte. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Makes another program take all the space that is left. */
  fill(): void;
  /** Frees that space again. */
  relieve(): Promise<void>;
}

/** The system's reason for refusing to mount; `undefined` if a test may mount. */
const refusal = (() => {
  const script = 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs "$d" && umount "$d" && rmdir "$d"';
  const { error, status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim() || `mount ended with ${status}`);
})();

/**
 * Describes tests that need a small disk. If none can be mounted they are skipped, except in CI, where they
 * must run and so fail.
 */
export function describeWithDisk(title: string, body: () => void): void {
  if (refusal === undefined) describe(title, body);
  else {
    test.skipIf(!process.env.CI)(`${title} (needs the right to mount)`, () => {
      throw new Error(`No tmpfs can be mounted: ${refusal}. Run this as root with CAP_SYS_ADMIN.`);
    });
  }
}

/**
 * Mounts a small disk.
 *
 * @param bytes size of the disk.
 */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  const others = join(path, 'others');
  return {
    path,
    fill() {
      const file = openSync(others, 'a');
      const piece = randomBytes(4096);
      try {
        for (;;) writeSync(file, piece);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      } finally {
        closeSync(file);
      }
      expect(statfsSync(path).bavail).toBe(0);
    },
    relieve: () => unlink(others),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['--lazy', path]);
      await rm(path, { recursive: true });
    },
  };
}
