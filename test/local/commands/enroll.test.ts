import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { sample } from '../../api/pictures.ts';
import type { Settings } from '../../api/server-process.ts';
import { aws } from '../../blacklist/deployments.ts';
import { childEnvironment } from '../../child-environment.ts';

/** Runs the command as its users do, and waits for its end. */
async function enroll(people: string, settings: Settings) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../local/commands/enroll.ts'), people],
    {
      cwd: people,
      env: { ...childEnvironment, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [[code], output, errors] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  const [line, ...more] = output.trim().split('\n');
  return { code, line, more, errors };
}

it('npm run enroll lists people in AWS from a machine that has no data folder, and goes on when it is run again', async () => {
  await using cloud = await aws();
  const people = join(cloud.folder, 'people');
  const picture = await sample(3, 640);
  await mkdir(join(people, 'Jane Roe'), { recursive: true });
  await writeFile(join(people, 'Jane Roe', 'a picture.jpg'), picture);
  const settings = { ...cloud.settings, DATA_DIR: join(cloud.folder, 'new') };

  expect(await enroll(people, settings)).toEqual({
    code: 0,
    line: '1 person listed, 1 picture added, 0 there already.',
    more: ['Left out, or used in part:', expect.stringContaining('3 faces; the largest')],
    errors: '',
  });
  // The same person: a name's white space may be written in several ways.
  await mkdir(join(people, 'Jane\u00a0Roe '));
  await writeFile(join(people, 'Jane\u00a0Roe ', 'again.jpg'), picture);
  expect(await enroll(people, settings)).toMatchObject({
    code: 0,
    line: '0 persons listed, 0 pictures added, 2 there already.',
  });

  await mkdir(join(people, 'John Doe'));
  await writeFile(join(people, 'John Doe', 'the same.jpg'), picture);
  const joined = [
    expect.stringMatching(/^Taken as one person, /),
    "  Jane Roe: 'Jane Roe', 'Jane\u00a0Roe '",
  ];
  const held = [
    expect.stringMatching(/^Held back, .*--include-unlike adds them:$/),
    '  John Doe/the same.jpg: the same picture as one of Jane Roe',
  ];
  expect(await enroll(people, settings)).toMatchObject({
    code: 0,
    more: [...joined, ...held, 'Not listed:', '  John Doe'],
    errors: '',
  });
  await writeFile(join(people, 'John Doe', 'another.png'), await sharp(picture).png().toBuffer());
  expect((await enroll(people, settings)).more.slice(6)).toEqual([
    'Perhaps listed twice:',
    '  John Doe: Jane Roe, entry 1, similarity 100.0',
  ]);

  const others = join(cloud.folder, 'others');
  await mkdir(join(others, 'Max'), { recursive: true });
  const nobody = { code: 1, errors: 'Nobody was found, so nobody was listed.\n' };
  expect(await enroll(others, settings)).toMatchObject(nobody);
  await writeFile(join(others, 'Max', 'letter.jpg'), 'no picture');
  expect(await enroll(others, settings)).toEqual({
    code: 1,
    line: '0 persons listed, 0 pictures added, 0 there already.',
    more: ['Left out, or used in part:', expect.stringContaining('Max/letter.jpg: '), 'Not listed:', '  Max'],
    errors: 'Nobody was listed.\n',
  });
});
