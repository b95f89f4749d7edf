import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FfmpegSource } from '../../lib/cameras/ffmpeg.ts';
import type { Judgement, WatchedTrack } from '../../lib/cameras/judge.ts';
import { Passages } from '../../lib/cameras/passages.ts';
import { askingJudge } from '../../lib/cameras/remote-judge.ts';
import { type LocalFollower, openLocalFollower } from '../../lib/faces/engine/local-follower.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { openAdapter, startEmulator } from '../faces/rekognition/open.ts';
import { peopleFilm, referencePicture } from './people-film.ts';

const { emulator, stop } = await startEmulator();
let folder: string;
let follower: LocalFollower;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'asking-'));
  follower = await openLocalFollower({
    engineWorkers: 1,
    engineRuntime: 'auto',
    detectionConfidenceThreshold: 0.15,
  });
});
afterAll(async () => {
  await follower.close();
  await stop();
  await rm(folder, { recursive: true });
});

test('Rekognition is asked once for a listed person who passes, and at most twice for a stranger', async () => {
  const film = join(folder, 'people.mp4');
  await peopleFilm(
    film,
    [
      { head: 'listed', from: 0.5, until: 4, start: [150, 250, 150], end: [450, 270, 240] },
      { head: 'stranger', from: 0.5, until: 4, start: [850, 250, 150], end: [700, 270, 240] },
    ],
    { seconds: 6 },
  );
  const backend = openAdapter({ similarityThreshold: 90 });
  const owner = { entryId: 7, imageId: 'reference' };
  await backend.enroll(await decodePicture(await readFile(referencePicture)), owner);
  emulator.calls.reset();

  if (!backend.matchFace) throw new Error('It takes no single faces.');
  const told: Judgement[] = [];
  const ended: WatchedTrack[] = [];
  const passages = new Passages(
    follower,
    askingJudge(backend.matchFace.bind(backend), null),
    { minFace: 36, zone: [] },
    {
      onMatch: async (_, judgement) => told.push(judgement) > 0,
      onEnded: async (track) => void ended.push(track),
    },
  );
  const source = new FfmpegSource({
    address: { kind: 'recording', path: film },
    framesPerSecond: 5,
    program: process.env.FFMPEG_PATH ?? 'ffmpeg',
  });
  for await (const frame of source.frames(new AbortController().signal)) await passages.look(frame);
  await passages.end();

  expect(told.map((judgement) => judgement.entries.map(({ entryId }) => entryId))).toEqual([[7]]);
  const tracks = new Set(ended.filter(({ looks }) => looks.length > 0));
  expect(tracks.size).toBeGreaterThanOrEqual(2);
  const { SearchFacesByImage: searches = 0, ...others } = emulator.calls.counts();
  expect(searches).toBeGreaterThanOrEqual(2);
  expect(searches).toBeLessThanOrEqual(1 + 2 * (tracks.size - 1));
  expect(others).toEqual({});
});
