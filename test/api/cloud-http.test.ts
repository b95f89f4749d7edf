import { rekognition } from '../suites/api/traits.ts';
import { apiSuite } from '../suites/api.ts';
import { startCloudProcess } from './cloud.ts';
import { connectOverHttp } from './connections.ts';

const cloud = await startCloudProcess();

apiSuite(
  'npm run cloud',
  async () => ({
    ...connectOverHttp(cloud.url),
    close: async () => cloud[Symbol.asyncDispose](),
  }),
  { files: cloud.files, backend: rekognition },
);
