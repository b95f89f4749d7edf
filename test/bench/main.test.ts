import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as accuracy from '../../bench/accuracy/accuracy.ts';
import { readResults } from '../../bench/report/results.ts';
import * as search from '../../bench/search/search.ts';
import * as speed from '../../bench/speed/speed.ts';
import { WrongUseError } from '../../bench/wrong-use.ts';
import { sampleFolder } from '../../local/models/packages.ts';

/**
 * People of face-api's samples: the sample, then the middle (x, y) and half the side of the part to cut out.
 * Ann is in two samples.
 */
const pictures = {
  'Ann/Ann_0001.jpg': [1, 1581, 321, 200],
  'Ann/Ann_0002.jpg': [3, 1184, 371, 300],
  'Ann/Ann_0003.jpg': [3, 1170, 380, 260],
  'Bob/Bob_0001.jpg': [4, 752, 192, 180],
  'Cy/Cy_0001.jpg': [5, 466, 1035, 300],
} as const;

function bench(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(import.meta.dirname, '../../bench/main.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'face-blacklist-bench-'));
  for (const [name, [number, x, y, half]] of Object.entries(pictures)) {
    await mkdir(join(data, dirname(name)), { recursive: true });
    await sharp(join(sampleFolder, `sample${number}.jpg`))
      .extract({ left: x - half, top: y - half, width: 2 * half, height: 2 * half })
      .resize(250, 250)
      .toFile(join(data, name));
  }
  const pairs = ['2\t1', 'Ann\t1\t2', 'Ann\t1\tBob\t1', 'Ann\t1\t3', 'Bob\t1\tCy\t1'];
  await writeFile(join(data, 'pairs.txt'), pairs.join('\n'));
});
afterAll(() => rm(data, { recursive: true }));

describe('npm run bench', () => {
  test('measures accuracy on a folder of people, keeps the figures and draws them', async () => {
    const out = join(data, '.out');
    const options = ['--data', data, '--model', 'MobileFaceNet', '--out', out];
    const { code, stdout, stderr } = await bench('accuracy', ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('accuracy, 2 folds of 2 x 1 pairs');
    const { accuracy } = await readResults(out);
    expect(Object.keys(accuracy ?? {})).toEqual(['MobileFaceNet']);
    expect(accuracy?.MobileFaceNet).toMatchObject({
      ...{ people: 3, pictures: 5, withFace: 5, folds: 2, pairsPerFold: 1 },
      ...{ accuracy: 1, standardError: 0, areaUnderCurve: 1, equalErrorRate: 0 },
      ...{ listed: 1, probes: 2, strangers: 2, samePairs: 3, differentPairs: 7 },
      trueAcceptRates: [
        [0.01, 1],
        [0.001, 1],
      ],
      identificationRates: [
        [0.01, 1],
        [0.001, 1],
      ],
      node: process.version,
      command: 'npm run bench -- accuracy --data FOLDER --model MobileFaceNet',
    });
    const drawn = (await readdir(out)).sort();
    expect(drawn).toEqual([
      'accuracy-errors.svg',
      'accuracy-identification.svg',
      'accuracy-scores.svg',
      'results.json',
    ]);
    for (const name of drawn.filter((file) => file.endsWith('.svg'))) {
      const svg = await readFile(join(out, name), 'utf8');
      expect(svg, name).toMatch(/^<svg .*<\/svg>\n$/s);
      expect(svg, name).toContain('3 people, 5 pictures');
    }
  });

  test('says in one line what is wrong', async () => {
    const { code, stdout, stderr } = await bench('velocity');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^There is no benchmark 'velocity': accuracy, speed, service, search.*\n$/);
  });

  test.each([
    [accuracy.run, [], 'accuracy wants --data FOLDER'],
    [accuracy.run, ['--data', '/no/such/folder'], 'There is no folder /no/such/folder.'],
    [accuracy.run, ['--data', sampleFolder], 'has no pairs.txt'],
    [accuracy.run, ['--data', sampleFolder, '--model', 'ResNet'], "There is no model 'ResNet': Fusion"],
    [accuracy.run, ['--folder', '/tmp'], "Unknown option '--folder'"],
    [speed.run, ['--model', 'ResNet'], "There is no model 'ResNet': Fusion"],
    [search.run, ['many'], "'many' is not understood: only numbers go there."],
  ])('refuses what it can not use: %#', async (run, words, message) => {
    const refusal = run(words);
    await expect(refusal).rejects.toThrow(WrongUseError);
    await expect(refusal).rejects.toThrow(message);
  });

  test('names a file that is no picture', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'face-blacklist-bench-'));
    try {
      for (const name of Object.keys(pictures)) {
        await mkdir(join(broken, dirname(name)), { recursive: true });
        await writeFile(join(broken, name), 'no picture');
      }
      await writeFile(join(broken, 'pairs.txt'), '2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nAnn\t1\t3\nBob\t1\tCy\t1');
      const options = ['--data', broken, '--model', 'MobileFaceNet', '--out', broken];
      await expect(accuracy.run(options)).rejects.toThrow(/_000\d\.jpg can't be read as a picture/);
    } finally {
      await rm(broken, { recursive: true });
    }
  });
});
