import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import { readLocalPath } from '../../lib/inputs/local-path.ts';

const maxBytes = 100;
const picture = 'a picture';
const secret = 'a secret';
const refusal = 'There is no readable picture file of that path below the folder that IMAGE_ROOT names.';

/**
 * Folder of `root`, which may be read from, and of `outside` and `root-2`, which both have a `secret.jpg`.
 */
let base: string;
let root: string;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'local-path-')));
  root = join(base, 'root');
  for (const folder of ['root/people', 'outside', 'root-2'])
    await mkdir(join(base, folder), { recursive: true });
  await writeFile(join(root, 'people/ann.jpg'), picture);
  await writeFile(join(base, 'outside/secret.jpg'), secret);
  await writeFile(join(base, 'root-2/secret.jpg'), secret);
});

afterEach(async () => {
  await rm(base, { recursive: true });
});

async function read(path: string, from: string | undefined = root): Promise<string> {
  return Buffer.from(await readLocalPath(path, from, maxBytes)).toString();
}

async function expectRefusal(path: string) {
  const reading = read(path);
  await expect(reading).rejects.toThrow(InputUnreadableError);
  await expect(reading).rejects.toThrow(new RegExp(`^${refusal}$`));
}

describe('a local path', () => {
  test('is read below the root, relative to it or absolute', async () => {
    expect(await read('people/ann.jpg')).toBe(picture);
    expect(await read('./people/../people//ann.jpg')).toBe(picture);
    expect(await read(join(root, 'people/ann.jpg'))).toBe(picture);
    expect(await read(join(root, 'people/ann.jpg'), `${root}/`)).toBe(picture);
    expect(await read(relative('/', join(root, 'people/ann.jpg')), '/')).toBe(picture);
  });

  test('is read through a root that is a link itself, by either name', async () => {
    const linked = join(base, 'linked');
    await symlink(root, linked);
    expect(await read('people/ann.jpg', linked)).toBe(picture);
    expect(await read(join(linked, 'people/ann.jpg'), linked)).toBe(picture);
    expect(await read(join(root, 'people/ann.jpg'), linked)).toBe(picture);
  });

  test('may lead through links that stay below the root', async () => {
    await symlink('people/ann.jpg', join(root, 'file-link.jpg'));
    await symlink(join(root, 'people'), join(root, 'folder-link'));
    expect(await read('file-link.jpg')).toBe(picture);
    expect(await read('folder-link/ann.jpg')).toBe(picture);
  });

  test.each([
    ['absent', () => 'people/bob.jpg'],
    ['in an absent folder', () => 'nobody/ann.jpg'],
    ['below a file', () => 'people/ann.jpg/ann.jpg'],
    ['the root itself', () => '.'],
    ['a folder', () => 'people'],
    ['a folder with a slash', () => 'people/'],
    ['outside by ../', () => '../outside/secret.jpg'],
    ['outside by ../ further down', () => 'people/../../outside/secret.jpg'],
    ['outside and absolute', () => join(base, 'outside/secret.jpg')],
    ['outside, absolute and absent', () => join(base, 'outside/nothing.jpg')],
    ['outside and absolute, by way of the root', () => `${root}/../outside/secret.jpg`],
    ['in a folder whose name begins like the root', () => join(base, 'root-2/secret.jpg')],
    ['a file of the system', () => '/etc/passwd'],
    ['a device', () => '/dev/zero'],
    ['of the process', () => '/proc/self/environ'],
    ['with a NUL byte', () => 'people/ann.jpg\0.png'],
    ['with a NUL byte, outside', () => '../outside/secret.jpg\0'],
    ['too long', () => `people/${'a'.repeat(4000)}`],
    ['percent-encoded', () => '%2e%2e/outside/secret.jpg'],
  ])('is refused in one and the same way when it is %s', async (_kind, path) => {
    await expectRefusal(path());
  });

  test.each([
    ['a link to a file outside', '../outside/secret.jpg', 'link'],
    ['a link to an absolute path outside', '/etc/passwd', 'link'],
    ['a link to a device', '/dev/zero', 'link'],
    ['below a link to a folder outside', '../outside', 'link/secret.jpg'],
    ['a link to nothing', 'nothing', 'link'],
    ['a link to itself', 'link', 'link'],
  ])('is refused in the same way when it is %s', async (_kind, target, path) => {
    await symlink(target, join(root, 'link'));
    await expectRefusal(path);
  });

  test('is refused in the same way below a hidden folder, however it leads there', async () => {
    await symlink(join(root, 'people'), join(root, 'link'));
    await symlink(join(root, 'people/ann.jpg'), join(root, 'bob.jpg'));
    await writeFile(join(root, 'eve.jpg'), picture);
    const hidden = [join(root, 'link'), join(root, 'absent')];
    for (const path of ['people/ann.jpg', 'link/ann.jpg', 'bob.jpg', 'link/../people/ann.jpg']) {
      await expect(readLocalPath(path, root, maxBytes, hidden)).rejects.toThrow(refusal);
    }
    expect(Buffer.from(await readLocalPath('eve.jpg', root, maxBytes, hidden)).toString()).toBe(picture);
  });

  test('is refused in the same way when it is a link to a link to the outside', async () => {
    await symlink('../outside', join(root, 'first'));
    await symlink('first/secret.jpg', join(root, 'second'));
    await expectRefusal('second');
  });

  test('is refused in the same way when it is outside, even if it is a link that leads inside', async () => {
    await symlink(join(root, 'people'), join(base, 'outside/link'));
    await expectRefusal(join(base, 'outside/link/ann.jpg'));
    await expectRefusal('../outside/link/ann.jpg');
  });

  test('is refused without waiting when it is a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.jpg')]);
    await expectRefusal('pipe.jpg');
  });

  test('is refused when it is a socket', async () => {
    const server = createServer().listen(join(root, 'socket.jpg'));
    await once(server, 'listening');
    await expectRefusal('socket.jpg');
    server.close();
  });

  test('is refused when there is no root, with the setting that turns it on', async () => {
    const reading = readLocalPath(join(root, 'people/ann.jpg'), undefined, maxBytes);
    await expect(reading).rejects.toThrow(InputUnreadableError);
    await expect(reading).rejects.toThrow('IMAGE_ROOT');
  });

  test('is refused when the root is absent', async () => {
    await expect(read('people/ann.jpg', join(base, 'nowhere'))).rejects.toThrow(InputUnreadableError);
  });

  test('may have as many bytes as the limit and not one more', async () => {
    const path = join(root, 'large.jpg');
    await writeFile(path, 'x'.repeat(maxBytes));
    expect(await read('large.jpg')).toHaveLength(maxBytes);
    await appendFile(path, 'x');
    await expect(read('large.jpg')).rejects.toThrow(InputTooLargeError);
  });

  test('gives nothing of an empty file', async () => {
    await writeFile(join(root, 'empty.jpg'), '');
    expect(await read('empty.jpg')).toBe('');
  });

  test('never leads outside while its folder is being swapped for a link', async () => {
    await mkdir(join(root, 'swapped'));
    await writeFile(join(root, 'swapped/secret.jpg'), picture);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const swapping = new Worker(
      `const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
       const { parentPort, workerData: { folder, stop } } = require('node:worker_threads');
       parentPort.postMessage('started');
       while (Atomics.load(stop, 0) === 0) {
         renameSync(folder, folder + '-kept');
         symlinkSync('../outside', folder);
         unlinkSync(folder);
         renameSync(folder + '-kept', folder);
       }`,
      { eval: true, workerData: { folder: join(root, 'swapped'), stop } },
    );
    await once(swapping, 'message');
    const answers = { pictures: 0, refusals: 0, others: 0 };
    while (answers.pictures < 100 || answers.refusals < 100) {
      const answer = await read('swapped/secret.jpg').catch((error: Error) => error.message);
      answers[answer === picture ? 'pictures' : answer === refusal ? 'refusals' : 'others'] += 1;
    }
    Atomics.store(stop, 0, 1);
    await once(swapping, 'exit');
    expect(answers.others).toBe(0);
  }, 30_000);

  test('is what it is, also when it has a second name outside', async () => {
    await link(join(root, 'people/ann.jpg'), join(base, 'outside/ann.jpg'));
    expect(await read('people/ann.jpg')).toBe(picture);
    await expectRefusal('../outside/ann.jpg');
  });
});
