import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { openRekognition, type RekognitionSettings } from '../../../lib/faces/rekognition/rekognition.ts';
import { type Rekognition, startRekognition } from '../../../local/rekognition/server.ts';

/** Sends all that the SDK asks of Rekognition in this process to that URL. */
export function useService(url: string): void {
  process.env.AWS_ENDPOINT_URL_REKOGNITION = url;
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
}

/** An adapter on a collection of its own that nobody has made yet, at a rate that keeps no test waiting. */
export function openAdapter(settings: Partial<RekognitionSettings> = {}): FaceBackend {
  return openRekognition({
    region: 'eu-west-1',
    collectionId: `test-${randomUUID()}`,
    similarityThreshold: 95,
    rekognitionCallsPerSecond: 1000,
    ...settings,
  });
}

/** Starts the emulator, for all adapters of this process. */
export async function startEmulator(): Promise<{ emulator: Rekognition; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rekognition-'));
  const emulator = await startRekognition({ port: 0, dataDir, workers: 2 });
  useService(emulator.url);
  const stop = async () => {
    await emulator.close();
    await rm(dataDir, { recursive: true });
  };
  return { emulator, stop };
}
