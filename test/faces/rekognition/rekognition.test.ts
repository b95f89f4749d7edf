import { afterAll } from 'vitest';
import { faceBackendSuite } from '../../suites/faces.ts';
import { openAdapter, startEmulator } from './open.ts';

const { stop } = await startEmulator();
afterAll(stop);

faceBackendSuite(
  'Rekognition',
  {
    models: ['aws_rekognition'],
    detectors: ['aws_rekognition'],
    metrics: ['aws_similarity'],
    noTargetBecause: 'Rekognition keeps the face in shares of a picture whose size it does not tell.',
  },
  async () => {
    const backend = openAdapter();
    return { backend, remove: () => backend.close() };
  },
);
