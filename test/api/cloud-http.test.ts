import { DeleteFacesCommand, ListFacesCommand, RekognitionClient } from '@aws-sdk/client-rekognition';
import { expect, test } from 'vitest';
import { EntryVerification } from '../../lib/contract/endpoints/verify-entry.ts';
import { ApiClient, answer } from '../suites/api/client.ts';
import { findPeople } from '../suites/api/people.ts';
import { rekognition } from '../suites/api/traits.ts';
import { apiSuite } from '../suites/api.ts';
import { startCloudProcess } from './cloud.ts';
import { connectOverHttp } from './connections.ts';
import { expectSameAnswers } from './modes.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';

const cloud = await startCloudProcess();

test('both modes answer the same calls with the same statuses, keys and types', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServerProcess(folder.path);
  const [deepface, aws] = [server.url, cloud.url].map((url) => new ApiClient(connectOverHttp(url)));
  const people = await findPeople();
  await expectSameAnswers([deepface as ApiClient, aws as ApiClient], people);
});

test('under its own role, a comparison with an entry goes on when one of its pictures is lost', async () => {
  const api = new ApiClient(connectOverHttp(cloud.url));
  const { listed, listedAgain } = await findPeople();
  const { id } = await api.list([listed, listedAgain]);
  try {
    await forgetFaces();
    const [lost = ''] = await cloud.files.list(
      `s3://${cloud.environment.AWS_S3_BUCKET_NAME}/blacklist/${id}`,
    );
    await cloud.deletePicture(lost);
    const image = listedAgain.toString('base64');
    const reply = await api.sendJson('POST', `/api/v1/blacklist/${id}/verify`, { image });
    expect(answer(reply, 200, EntryVerification)).toMatchObject({ verified: true, entry: { id } });
  } finally {
    await api.delete(id);
  }
});

/** Deletes all faces of the collection, so that pictures are compared one by one. */
async function forgetFaces(): Promise<void> {
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL_REKOGNITION: endpoint = '' } = cloud.environment;
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const client = new RekognitionClient({ region, endpoint, credentials });
  const CollectionId = 'face-blacklist';
  const { Faces = [] } = await client.send(new ListFacesCommand({ CollectionId }));
  const FaceIds = Faces.flatMap(({ FaceId }) => FaceId ?? []);
  await client.send(new DeleteFacesCommand({ CollectionId, FaceIds }));
  client.destroy();
}

apiSuite(
  'npm run cloud',
  async () => ({
    ...connectOverHttp(cloud.url),
    close: async () => {
      const refusals = await cloud.refusals();
      await cloud[Symbol.asyncDispose]();
      expect(refusals, 'calls that the functions would not be allowed').toEqual([]);
    },
  }),
  { files: cloud.files, backend: rekognition },
);
