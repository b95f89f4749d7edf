import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Table of the mounts that this process sees, https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html. */
const mountTable = '/proc/self/mountinfo';
/** Docker and Podman name such volumes by 64 digits, and keep their files in a folder `_data`. */
const unnamed = /\/[0-9a-f]{64}(\/_data)?$/;

/**
 * Warns of a data folder in a container's volume that has no name. Such a volume goes with its container: the
 * next one begins with an empty list. Returns `undefined` where there is none.
 */
export function unnamedVolumeWarning(dataDir: string, table = readMounts()): string | undefined {
  const folder = resolve(dataDir);
  // The place of a mount, and the folder of its file system that is seen there.
  const mounts = table.split('\n').map((line) => line.split(' ', 5).slice(3));
  const around = mounts.filter(([, place]) => place && `${folder}/`.startsWith(place.replace(/\/?$/, '/')));
  const [from = ''] = around.sort(([, one = ''], [, other = '']) => other.length - one.length)[0] ?? [];
  if (!unnamed.test(from)) return undefined;
  return (
    `DATA_DIR ${folder} is in a volume without a name, which goes with its container: everybody listed there is lost then. ` +
    `Give it a name, such as by "volumes: [data:${folder}]" in a compose file, or -v face-blacklist:${folder}.`
  );
}

function readMounts(): string {
  try {
    return readFileSync(mountTable, 'latin1');
  } catch {
    return '';
  }
}
