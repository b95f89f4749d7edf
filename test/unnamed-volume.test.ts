import { expect, it } from 'vitest';
import { unnamedVolumeWarning } from '../lib/unnamed-volume.ts';

const id = '0123456789abcdef'.repeat(4);

function table(...mounts: readonly (readonly [from: string, place: string])[]): string {
  const lines = mounts.map(
    ([from, place]) => `241 178 254:0 ${from} ${place} rw,relatime - ext4 /dev/vda rw`,
  );
  return `178 1 0:50 / / rw,relatime - overlay overlay rw\n${lines.join('\n')}\n`;
}

it.each([
  ['Docker', `/var/lib/docker/volumes/${id}/_data`],
  ['Podman without root', `/home/me/.local/share/containers/storage/volumes/${id}/_data`],
  ['Buildah', `/var/lib/containers/storage/overlay-containers/c/userdata/buildah-volumes/${id}`],
])('warns of a data folder in an unnamed volume of %s', (_, from) => {
  const mounts = table([from, '/data'], ['/srv/old', '/app/blacklist_db']);
  expect(unnamedVolumeWarning('/data', mounts)).toContain('/data is in a volume without a name');
  expect(unnamedVolumeWarning('/data/below', mounts)).toContain('/data/below is in a volume');
  expect(unnamedVolumeWarning('/database', mounts)).toBeUndefined();
});

it.each([
  ['a named volume', table(['/var/lib/docker/volumes/app_data/_data', '/data'])],
  ['a folder of the host', table(['/srv/face-blacklist', '/data'])],
  [
    'a named volume within an unnamed one',
    table([`/v/${id}/_data`, '/data'], ['/v/named/_data', '/data/below']),
  ],
  ['no mount at all', table()],
  ['a system without such a table', ''],
])('is silent about %s', (_, mounts) => {
  expect(unnamedVolumeWarning('/data/below', mounts)).toBeUndefined();
});

it('reads the mounts of this system', () => {
  expect(unnamedVolumeWarning(import.meta.dirname)).toBeUndefined();
});
