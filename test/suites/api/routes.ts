import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { operations } from '../../../lib/contract/api.ts';
import type { Endpoint } from '../../../lib/contract/endpoint.ts';
import { encodedAgain, pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { type Answered, expectAudited } from './audited.ts';
import { answer, newName, pictureOf, problems, type Reply, refusal } from './client.ts';

/**
 * An entry with two pictures, and a processed picture that it matches. Requests that spoil neither share
 * them.
 */
interface Standing {
  readonly id: number;
  readonly imageId: string | undefined;
  readonly dbId: number | null;
  /** Id of an entry that was deleted. */
  readonly erasedId: number;
}

type Asked = Tested & { readonly standing: Standing };

async function stand({ api, people }: Tested): Promise<Standing> {
  const { id: erasedId } = await api.list([people.bystander]);
  await api.delete(erasedId);
  const { id } = await api.list([people.stranger, await encodedAgain(people.stranger)]);
  const [image] = await api.images(id);
  const { db_id } = await api.process(people.stranger);
  return { id, imageId: image?.id, dbId: db_id, erasedId };
}

/** Sends to each operation a request that succeeds; `path` is the contract's path as the test spells it. */
const successfulRequests: Record<string, (asked: Asked, path: string) => Promise<Reply>> = {
  processImages: ({ api, people }, path) =>
    api.sendJson('POST', path, { images: [people.stranger.toString('base64')] }),
  listProcessed: ({ api }, path) => api.get(path),
  listProcessedUnderProcess: ({ api }, path) => api.get(path),
  getProcessed: (asked, path) => asked.api.get(ofPicture(asked, path)),
  getProcessedImage: (asked, path) => asked.api.get(ofPicture(asked, path)),
  reviewProcessed: (asked, path) =>
    asked.api.sendJson('PUT', ofPicture(asked, path), {
      face_index: 0,
      entry_id: asked.standing.id,
      // Each spelling changes something.
      verdict: path.endsWith('/') ? 'rejected' : 'confirmed',
    }),
  deleteProcessed: async (asked, path) => asked.api.send('DELETE', await ofNewPicture(asked, path)),
  deleteProcessedUnderProcess: async (asked, path) =>
    asked.api.send('DELETE', await ofNewPicture(asked, path)),
  deleteManyProcessed: ({ api }, path) => api.send('DELETE', `${path}?until=2000-01-01T00:00:00Z`),
  deleteManyProcessedUnderProcess: ({ api }, path) =>
    api.send('DELETE', `${path}?until=2000-01-01T00:00:00Z`),
  getErasure: ({ api, standing }, path) => api.get(path.replace('{id}', String(standing.erasedId))),
  exportEntry: (asked, path) => asked.api.get(ofEntry(asked, path)),
  searchHistory: ({ api, people, standing }, path) =>
    api.sendJson('POST', path, {
      image: people.stranger.toString('base64'),
      after: Number(standing.dbId) - 1,
    }),
  lookBack: (asked, path) => asked.api.send('POST', ofEntry(asked, path)),
  listEvents: ({ api }, path) => api.get(path),
  listAudit: ({ api }, path) => api.get(path),
  detectFaces: ({ api, people }, path) =>
    api.sendJson('POST', path, { image: people.stranger.toString('base64') }),
  verify: ({ api, people }, path) => {
    const [image1, image2] = [people.stranger.toString('base64'), people.listed.toString('base64')];
    return api.sendJson('POST', path, { image1, image2 });
  },
  verifyEntry: (asked, path) =>
    asked.api.sendJson('POST', ofEntry(asked, path), { image: asked.people.listed.toString('base64') }),
  createEntry: ({ api, people }, path) => api.upload(path, { name: newName() }, [people.bystander]),
  listEntries: ({ api }, path) => api.get(path),
  getEntry: (asked, path) => asked.api.get(ofEntry(asked, path)),
  updateEntry: (asked, path) => asked.api.sendJson('PUT', ofEntry(asked, path), { name: newName() }),
  patchEntry: (asked, path) => asked.api.sendJson('PATCH', ofEntry(asked, path), { category: 'fraud' }),
  deleteEntry: async ({ api, people }, path) => {
    const { id } = await api.list([people.bystander]);
    return api.send('DELETE', path.replace('{id}', String(id)));
  },
  mergeEntry: async (asked, path) => {
    // It has a picture that the other has too, so that no line is about one.
    const { id } = await asked.api.list([asked.people.stranger]);
    return asked.api.sendJson('POST', ofEntry(asked, path), { entry_id: id });
  },
  addImages: async (asked, path) => {
    // Each spelling brings a picture that the entry does not have.
    const picture = await encodedAgain(asked.people.stranger, path.endsWith('/') ? 80 : 82);
    return asked.api.upload(ofEntry(asked, path), {}, [picture]);
  },
  listImages: (asked, path) => asked.api.get(ofEntry(asked, path)),
  getImage: (asked, path) =>
    asked.api.get(ofEntry(asked, path).replace('{image_id}', String(asked.standing.imageId))),
  deleteImage: async (asked, path) => {
    await asked.api.addImages(asked.standing.id, [await encodedAgain(asked.people.stranger, 84)]);
    const image = (await asked.api.images(asked.standing.id)).at(-1);
    return asked.api.send('DELETE', ofEntry(asked, path).replace('{image_id}', String(image?.id)));
  },
  createEntryUpload: (asked, path) => asked.api.sendJson('POST', ofEntry(asked, path), {}),
  createProcessUpload: ({ api }, path) => api.sendJson('POST', path, { content_type: 'image/png' }),
  welcome: ({ api }, path) => api.get(path),
  welcomeToApi: ({ api }, path) => api.get(path),
  health: ({ api }, path) => api.get(path),
  status: ({ api }, path) => api.get(path),
  openApi: ({ api }, path) => api.get(path),
  docs: ({ api }, path) => api.get(path),
  docsAsset: ({ api }, path) => api.get(path.replace('{asset}', 'swagger-ui-bundle.js')),
};

function ofEntry({ standing }: Asked, path: string): string {
  return path.replace('{id}', String(standing.id));
}

function ofPicture({ standing }: Asked, path: string): string {
  return path.replace('{db_id}', String(standing.dbId));
}

async function ofNewPicture({ api }: Tested, path: string): Promise<string> {
  const { db_id } = await api.process(await pictureOfNothing());
  return path.replace('{db_id}', String(db_id));
}

/** Gives both spellings of a path; the root has only one. */
function spellings({ path }: Endpoint): string[] {
  const bare = path.replace(/\/$/, '');
  return bare === '' ? ['/'] : [bare, `${bare}/`];
}

/**
 * Tests every route.
 *
 * @param browsersHome path to which the root sends a browser
 * @param paths spellings of an endpoint's path that are tried
 */
export function routesSuite(get: () => Tested, browsersHome: string, paths = spellings): void {
  describe('every route', () => {
    const cases = operations.flatMap((endpoint) =>
      paths(endpoint).map((path) => [endpoint.method, path, endpoint] as const),
    );

    const answered: Answered[] = [];
    let standing: Standing;
    beforeAll(async () => {
      standing = await stand(get());
    });
    afterAll(() => get().api.delete(standing.id));

    it.each(cases)('%s %s answers in its shape', async (_method, path, endpoint) => {
      const { success, operationId } = endpoint;
      const reply = await successfulRequests[operationId]?.({ ...get(), standing }, path);
      // No server of these tests keeps faces to look back at.
      if (operationId === 'lookBack') return expect(refusal(reply as Reply)[0]).toBe(409);
      if (success.redirect) return expect(await pictureOf(reply as Reply)).not.toHaveLength(0);
      expect(reply?.status).toBe(success.status);
      if (success.contentType === undefined) answer(reply as Reply, success.status, success.schema);
      else expect(reply?.headers['content-type']?.split(';')[0]).toBe(success.contentType);
      answered.push({ endpoint, reply: reply as Reply });
    });

    it('has its lines in the audit trail, which say what each request was about', () =>
      expectAudited(get(), answered));

    it.each([
      ['GET', ''],
      ['PUT', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/images'],
      ['GET', '/images'],
      ['GET', '/images/1'],
      ['DELETE', '/images/1'],
    ])(
      '%s of an entry%s that is not there is a 404, and of an id that is no number a 422',
      async (method, rest) => {
        const { api, people } = get();
        const send = (id: string) => {
          const path = `/api/v1/blacklist/${id}${rest}`;
          if (method === 'POST') return api.upload(path, {}, [people.stranger]);
          const hasBody = method === 'PUT' || method === 'PATCH';
          return hasBody ? api.sendJson(method, path, { name: newName() }) : api.send(method, path);
        };
        for (const id of ['0', '-1', '999999999', '99999999999999999999']) {
          expect(refusal(await send(id))).toEqual([404, 'Blacklist entry not found']);
        }
        expect(problems(await send('seven'))).toEqual([
          {
            loc: ['path', 'id'],
            msg: 'Input should be a valid integer, unable to parse string as an integer',
            type: 'int_parsing',
          },
        ]);
      },
    );
  });

  describe('a visitor', () => {
    it('is welcomed at the root, and led on when it is a browser', async () => {
      const { api } = get();
      const Welcome = z.object({ message: z.string().startsWith('Welcome to the ') });
      answer(await api.get('/'), 200, Welcome);
      answer(await api.get('/api/v1/'), 200, Welcome);
      const browser = await api.send('GET', '/', { headers: { accept: 'text/html,*/*;q=0.8' } });
      const led = new URL(browser.headers.location ?? '', 'http://localhost/').pathname;
      expect([browser.status, led]).toEqual([307, browsersHome]);
    });

    it('finds a documentation whose files are all there', async () => {
      const { api } = get();
      const page = (await api.get('/docs')).bytes.toString();
      const files = [...page.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(
        ([, path = '']) => new URL(path, 'http://localhost/docs').pathname,
      );
      expect(files).toHaveLength(3);
      const replies = await Promise.all(files.map((path) => api.get(path)));
      expect(replies.map(({ status, bytes }) => [status, bytes.length > 0])).toEqual(
        files.map(() => [200, true]),
      );
    });

    it('finds a valid description of the API', async () => {
      const reply = await get().api.get('/openapi.json');
      const document = JSON.parse(reply.bytes.toString());
      expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
      const described = operations.map(({ path }) => path).filter((path) => !path.startsWith('/docs'));
      expect(Object.keys(document.paths).sort()).toEqual([...new Set(described)].sort());
    });

    it('learns whether the service works', async () => {
      const health = answer(
        await get().api.get('/healthz'),
        200,
        z.object({ status: z.literal('ok'), backend: z.string(), model: z.string() }),
      );
      expect([health.backend, health.model]).not.toContain('');
    });
  });
}

/** Tests answers that the host gives itself, before any handler. */
export function gatewaySuite(get: () => Tested): void {
  describe('what is not in the contract', () => {
    it.each(['/nowhere', '/api/v1/nowhere', '/api/v2/blacklist', '/api/v1/blacklist/7/images/1/2'])(
      'such as %s is a 404',
      async (path) => {
        expect(refusal(await get().api.get(path))).toEqual([404, 'Not Found']);
      },
    );

    it.each([
      ['DELETE', '/api/v1/blacklist', 'POST, GET, HEAD'],
      ['POST', '/api/v1/blacklist/7/', 'GET, HEAD, PUT, PATCH, DELETE'],
      ['GET', '/api/v1/process/process-images/', 'POST'],
      ['POST', '/healthz', 'GET, HEAD'],
    ])('such as %s %s is a 405 that says what there is', async (method, path, allowed) => {
      const reply = await get().api.send(method, path);
      expect(refusal(reply)).toEqual([405, 'Method Not Allowed']);
      expect(reply.headers.allow?.split(', ').sort()).toEqual(allowed.split(', ').sort());
    });
  });

  describe('HEAD', () => {
    it.each(['/', '/healthz', '/api/v1/blacklist/', '/openapi.json'])('of %s has no body', async (path) => {
      const reply = await get().api.send('HEAD', path);
      expect([reply.status, reply.bytes.length]).toEqual([200, 0]);
      expect(Number(reply.headers['content-length'])).toBeGreaterThan(0);
    });
  });

  describe('a request', () => {
    it('of more than 25 MB is too large', async () => {
      const headers = { 'content-type': 'application/json' };
      const body = Buffer.alloc(25 * 1024 * 1024 + 1, ' ');
      const reply = await get().api.send('POST', '/api/v1/detect/detect-face', { headers, body });
      expect(refusal(reply)).toEqual([413, expect.stringContaining('too large')]);
    });
  });
}
