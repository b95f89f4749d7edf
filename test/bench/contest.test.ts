import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crowdPicture, crowdSize, oneFacePicture } from '../../bench/accuracy/pictures.ts';
import { Contestant, compete } from '../../bench/speed/contest.ts';

let folder: string;
let picture: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-blacklist-contest-'));
  picture = join(folder, 'one-face.jpg');
  await writeFile(picture, await oneFacePicture(250));
});
afterAll(() => rm(folder, { recursive: true }));

test('the engine, Human and face-api find the same face, each in a process of its own', async () => {
  const contestants = ['MobileFaceNet', 'Human', 'face-api'].map((name) => new Contestant(name));
  try {
    const entries = contestants.map((contestant) => {
      return { key: contestant.name, contestant, task: { picture, count: 1, workers: 1 } };
    });
    const measured = await compete(entries, 1, 0);
    expect([...measured].map(([name, { faces }]) => [name, faces])).toEqual([
      ['MobileFaceNet', 1],
      ['Human', 1],
      ['face-api', 1],
    ]);
    for (const { wallMs, cpuMs } of measured.values()) {
      expect(wallMs).toBeGreaterThan(1);
      expect(cpuMs).toBeGreaterThan(1);
    }
    expect(measured.get('MobileFaceNet')).toMatchObject({ wallRatio: 1, cpuRatio: 1 });
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.close()));
  }
}, 180_000);

test('a pipeline that fails says why', async () => {
  const unknown = new Contestant('nobody');
  const task = { picture, count: 1, workers: 1 };
  await expect(unknown.run(task)).rejects.toThrow("nobody: Error: There is no pipeline 'nobody'.");
  await unknown.close();
});

test('the crowd is the same each time', async () => {
  expect(crowdSize).toBe(40);
  const [one, other] = [await crowdPicture(undefined), await crowdPicture(undefined)];
  expect(one.equals(other)).toBe(true);
});
