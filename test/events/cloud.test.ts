import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloudProcess } from '../api/cloud.ts';
import { connectOverHttp } from '../api/connections.ts';
import { ApiClient } from '../suites/api/client.ts';
import { findPeople } from '../suites/api/people.ts';

let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startCloudProcess();
});
afterAll(() => cloud[Symbol.asyncDispose]());

it('npm run cloud logs an event for a picture in which somebody is found', async () => {
  const api = new ApiClient(connectOverHttp(cloud.url));
  const people = await findPeople(api);
  const { id } = await api.list([people.listed]);
  const { db_id, original_image_path } = await api.process(people.listed);
  const line = await cloud.process.line(({ msg }) => msg === 'event: face.matched');
  expect(line).toMatchObject({ dbId: db_id, entryIds: [id], eventId: expect.any(String) });
  expect(original_image_path).toContain(String(line.pictureId));
  await api.close();
});
