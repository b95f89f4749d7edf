import { expect } from 'vitest';
import type { ApiClient, Reply } from '../suites/api/client.ts';
import type { People } from '../suites/api/people.ts';
import { pictureOfNothing } from './pictures.ts';

/** The same calls to both modes: clients must not notice which mode answers. */

/**
 * Describes a value's shape: the keys of objects, the shape of a list's items, and the types of values. An
 * upload's form depends on its receiver, and the number of points of a scale may vary.
 */
function shapeOf(value: unknown, name?: string): unknown {
  if (name === 'fields') return 'a form';
  if (Array.isArray(value)) {
    const items = value.map((item) => shapeOf(item));
    return name === 'similarity_scale' ? items[0] : items;
  }
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item, key)]));
}

/** Fields that have a value in only one mode, as the contract says. */
const nullInOneMode = [
  'aws_similarity',
  'aws_face_id',
  'workers',
  'runtime',
  'detection_confidence_threshold',
];

function shapeOfReply({ status, headers, bytes }: Reply): unknown {
  const json: unknown = JSON.parse(bytes.toString(), (key, value) =>
    nullInOneMode.includes(key) ? null : value,
  );
  return { status, contentType: headers['content-type'], body: shapeOf(json) };
}

type Call = [name: string, call: (api: ApiClient, id: number) => Promise<Reply>];

const callsAbout = (people: People): Call[] => [
  ['a listing', (api) => api.upload('/api/v1/blacklist/', { name: 'Second' }, [people.neighbour])],
  [
    'a listing of a taken name',
    (api) => api.upload('/api/v1/blacklist/', { name: 'First' }, [people.listed]),
  ],
  [
    'a listing by pictures of no use',
    async (api) =>
      api.upload('/api/v1/blacklist/', { name: 'Nobody' }, [
        ['wall.jpg', await pictureOfNothing()],
        ['notes.txt', Buffer.from('Not a picture.')],
      ]),
  ],
  ['the list', (api) => api.get('/api/v1/blacklist/')],
  ['an entry', (api, id) => api.get(`/api/v1/blacklist/${id}/`)],
  ['no entry', (api) => api.get('/api/v1/blacklist/4711')],
  ['a change', (api, id) => api.update(id, { name: 'First, changed', reason: 'Theft.' })],
  ['added pictures', (api, id) => api.upload(`/api/v1/blacklist/${id}/images`, {}, [people.stranger])],
  ['reference images', (api, id) => api.get(`/api/v1/blacklist/${id}/images`)],
  ['no reference image', (api, id) => api.get(`/api/v1/blacklist/${id}/images/none`)],
  ['a deleted reference image', async (api, id) => api.send('DELETE', (await api.images(id))[0]?.url ?? '')],
  ['the last reference image', async (api, id) => api.send('DELETE', (await api.images(id))[0]?.url ?? '')],
  ['names', (api) => api.get('/api/v1/blacklist/?q=first')],
  ['detected faces', (api) => postImage(api, '/api/v1/detect/detect-face', people.group)],
  ['no face', async (api) => postImage(api, '/api/v1/detect/detect-face', await pictureOfNothing())],
  [
    'processed pictures',
    (api) =>
      api.sendJson('POST', '/api/v1/process/process-images', {
        images: [people.group.toString('base64'), 'nowhere.jpg'],
      }),
  ],
  [
    'processed pictures with near misses',
    (api) =>
      api.sendJson('POST', '/api/v1/process/process-images', {
        images: [people.neighbour.toString('base64')],
        threshold: 0,
        candidates: 1,
      }),
  ],
  ['two pictures', (api) => verify(api, people.listed, people.group)],
  [
    'two pictures of which one shows nobody',
    async (api) => verify(api, people.listed, await pictureOfNothing()),
  ],
  ['a picture and an entry', (api, id) => postImage(api, `/api/v1/blacklist/${id}/verify`, people.group)],
  [
    'a picture without a face and an entry',
    async (api, id) => postImage(api, `/api/v1/blacklist/${id}/verify`, await pictureOfNothing()),
  ],
  ['a picture and no entry', (api) => postImage(api, '/api/v1/blacklist/4711/verify', people.group)],
  ['a page', (api) => api.get('/api/v1/processed-images/?limit=5')],
  ['a processed picture', (api) => api.get('/api/v1/processed-images/1')],
  ['no processed picture', (api) => api.get('/api/v1/processed-images/4711')],
  ['no crop', (api) => api.get('/api/v1/processed-images/4711/image?variant=crop')],
  ['a filtered page', (api, id) => api.get(`/api/v1/processed-images/?has_match=true&entry_id=${id}`)],
  ['a filter that can not be', (api) => api.get('/api/v1/processed-images/?has_match=x&since=yesterday')],
  ['a page that can not be', (api) => api.get('/api/v1/processed-images/?limit=0')],
  ['an upload for an entry', (api, id) => api.sendJson('POST', `/api/v1/blacklist/${id}/uploads`, {})],
  ['a deletion', (api, id) => api.send('DELETE', `/api/v1/blacklist/${id}/`)],
  ['health', (api) => api.get('/healthz')],
  ['the status', (api) => api.get('/api/v1/status')],
];

function verify(api: ApiClient, one: Buffer, other: Buffer): Promise<Reply> {
  const [image1, image2] = [one.toString('base64'), other.toString('base64')];
  return api.sendJson('POST', '/api/v1/verify', { image1, image2 });
}

function postImage(api: ApiClient, path: string, picture: Buffer): Promise<Reply> {
  return api.sendJson('POST', path, { image: picture.toString('base64') });
}

/**
 * Expects that both modes answer the same calls with the same statuses, keys and types. Nobody may be listed
 * yet, and nobody is in the end.
 */
export async function expectSameAnswers(modes: readonly ApiClient[], people: People): Promise<void> {
  const ids = await Promise.all(
    modes.map(async (api) => (await api.list([people.listed], { name: 'First' })).id),
  );
  for (const [name, call] of callsAbout(people)) {
    const [deepface, aws] = await Promise.all(modes.map((api, index) => call(api, ids[index] as number)));
    expect(shapeOfReply(aws as Reply), name).toEqual(shapeOfReply(deepface as Reply));
  }
  for (const api of modes) for (const { id } of await api.entries()) await api.delete(id);
}
