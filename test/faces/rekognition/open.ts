import { randomUUID } from 'node:crypto';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { openRekognition, type RekognitionSettings } from '../../../lib/faces/rekognition/rekognition.ts';
import type { Rekognition } from '../../../local/emulators/rekognition/server.ts';
import { startEmulator as startOne } from '../../local/emulators/rekognition/emulator.ts';

/** Sends all of the SDK's calls to Rekognition in this process to that URL. */
export function useService(url: string): void {
  process.env.AWS_ENDPOINT_URL_REKOGNITION = url;
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
}

/** Opens an adapter on a collection that does not exist yet, at a rate that keeps no test waiting. */
export function openAdapter(settings: Partial<RekognitionSettings> = {}): FaceBackend {
  return openRekognition({
    region: 'eu-west-1',
    collectionId: `test-${randomUUID()}`,
    similarityThreshold: 95,
    rekognitionCallsPerSecond: 1000,
    qualityFilter: 'auto',
    ...settings,
  });
}

/** Starts the emulator, for all adapters of this process. */
export async function startEmulator(): Promise<{ emulator: Rekognition; stop: () => Promise<void> }> {
  const started = await startOne({ workers: 2 });
  useService(started.server.url);
  return { emulator: started.server, stop: started[Symbol.asyncDispose] };
}
