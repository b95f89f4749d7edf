import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import * as z from 'zod';
import { AddedImages } from '../../../lib/contract/endpoints/add-images.ts';
import { CreatedBlacklistRecord } from '../../../lib/contract/endpoints/create-entry.ts';
import {
  BlacklistRecord,
  DetectedFaceArea,
  ImageProcessingResult,
  PaginatedProcessedImages,
  ReferenceImage,
} from '../../../lib/contract/shapes.ts';

export interface Reply {
  readonly status: number;
  /** Headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** A connection to one host of the API, for requests and their answers. */
export interface ApiConnection {
  /** Sends a request. It does not follow redirects. */
  send(method: string, path: string, sent?: Sent): Promise<Reply>;
  close(): Promise<void>;
  /** Service that outlives the tests: they delete from it what they made. */
  readonly isLasting?: boolean;
}

/** A file to upload: its bytes, or its name with them. */
export type Upload = Uint8Array | readonly [fileName: string, bytes: Uint8Array];

export interface Person {
  readonly name?: string;
  readonly reason?: string;
  readonly expires_at?: string;
  readonly review_at?: string;
  readonly category?: string;
  readonly severity?: string;
  readonly notes?: string;
  readonly suspended?: string;
}

export type Overrides = Readonly<Record<string, unknown>>;

const Refusal = z.object({
  detail: z.string(),
  errors: z.array(z.string()).optional(),
  merged_into: z.int().optional(),
});
const ValidationRefusal = z.object({
  detail: z.array(
    z.object({
      loc: z.array(z.union([z.string(), z.int()])).min(1),
      msg: z.string().min(1),
      type: z.string().min(1),
    }),
  ),
});

/** Makes up a name that no entry has yet, even in a store that holds others. */
export function newName(): string {
  // Digits are all as wide, so that a page looks alike in each run.
  return `Person ${randomUUID().replaceAll(/[a-f]/g, '7')}`;
}

/** Reads the answer's JSON, which must have this status and exactly the keys of the schema. */
export function answer<Schema extends z.ZodType>(
  reply: Reply,
  status: number,
  schema: Schema,
): z.output<Schema> {
  const body = reply.bytes.toString();
  expect(reply.status, body.slice(0, 500)).toBe(status);
  expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
  const json: unknown = JSON.parse(body);
  const parsed = schema.parse(json);
  // Parsing drops fields that the schema does not know, so both must be equal.
  expect(json).toStrictEqual(parsed);
  return parsed;
}

/** Reads status and text of a failure, which must have a failure's shape. */
export function refusal(reply: Reply): [status: number, detail: string] {
  return [reply.status, answer(reply, reply.status, Refusal).detail];
}

/** Lists the problems that a 422 answer names. */
export function problems(reply: Reply) {
  return answer(reply, 422, ValidationRefusal).detail;
}

/**
 * Reads the picture that an answer contains, or redirects to in AWS mode. Whoever has that URL gets the
 * picture without a token.
 */
export async function pictureOf(reply: Reply): Promise<Buffer> {
  expect(reply.headers['cache-control']).toContain('no-store');
  if (reply.status !== 302) {
    expect([reply.status, reply.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^image\/\w+$/),
    ]);
    expect(reply.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-disposition': 'inline',
    });
    return reply.bytes;
  }
  const url = new URL(reply.headers.location ?? '');
  expect(Number(url.searchParams.get('X-Amz-Expires'))).toBe(300);
  const picture = await fetch(url, { headers: { origin: 'null' } });
  expect([picture.status, picture.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^image\/\w+$/),
  ]);
  expect(picture.headers.get('access-control-allow-origin')).toBe('*');
  return Buffer.from(await picture.arrayBuffer());
}

/**
 * The API as its clients use it. It checks the shapes of answers. From a service that outlives the tests, it
 * finally deletes all entries that it made.
 */
export class ApiClient {
  readonly #connection: ApiConnection;
  readonly #made = new Set<number>();

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  send(method: string, path: string, sent?: Sent): Promise<Reply> {
    return this.#connection.send(method, path, sent);
  }

  get(path: string): Promise<Reply> {
    return this.send('GET', path);
  }

  sendJson(method: string, path: string, body: unknown, headers: Sent['headers'] = {}): Promise<Reply> {
    return this.send(method, path, {
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Sends a form with these fields and images by POST. */
  async upload(
    path: string,
    fields: Person,
    images: readonly Upload[],
    more: Sent['headers'] = {},
  ): Promise<Reply> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    for (const [index, image] of images.entries()) {
      const [name, bytes] = image instanceof Uint8Array ? [`${index + 1}.jpg`, image] : image;
      form.append('images', new Blob([new Uint8Array(bytes)]), name);
    }
    const encoded = new Response(form);
    const headers = { ...more, 'content-type': encoded.headers.get('content-type') ?? '' };
    const reply = await this.send('POST', path, {
      headers,
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
    if (reply.status === 201) this.#made.add(JSON.parse(reply.bytes.toString()).id);
    return reply;
  }

  /** Lists a person with these pictures. */
  async list(images: readonly Upload[], person: Person = {}): Promise<CreatedBlacklistRecord> {
    const reply = await this.upload('/api/v1/blacklist/', { name: newName(), ...person }, images);
    return answer(reply, 201, CreatedBlacklistRecord);
  }

  async addImages(id: number, images: readonly Upload[]): Promise<AddedImages> {
    return answer(await this.upload(`/api/v1/blacklist/${id}/images`, {}, images), 200, AddedImages);
  }

  /** Gets the reference images of an entry, oldest first. */
  async images(id: number): Promise<ReferenceImage[]> {
    return answer(await this.get(`/api/v1/blacklist/${id}/images`), 200, z.array(ReferenceImage));
  }

  async entry(id: number): Promise<BlacklistRecord> {
    return answer(await this.get(`/api/v1/blacklist/${id}/`), 200, BlacklistRecord);
  }

  async entries(): Promise<BlacklistRecord[]> {
    return answer(await this.get('/api/v1/blacklist/'), 200, z.array(BlacklistRecord));
  }

  update(id: number, change: object): Promise<Reply> {
    return this.sendJson('PUT', `/api/v1/blacklist/${id}/`, change);
  }

  patch(id: number, change: object, headers: Sent['headers'] = {}): Promise<Reply> {
    return this.sendJson('PATCH', `/api/v1/blacklist/${id}/`, change, headers);
  }

  async delete(id: number): Promise<BlacklistRecord> {
    return answer(await this.send('DELETE', `/api/v1/blacklist/${id}/`), 200, BlacklistRecord);
  }

  async detect(image: Uint8Array): Promise<DetectedFaceArea[]> {
    const body = { image: Buffer.from(image).toString('base64') };
    return answer(
      await this.sendJson('POST', '/api/v1/detect/detect-face', body),
      200,
      z.array(DetectedFaceArea),
    );
  }

  /** Processes inputs, which are sent unchanged. */
  async processInputs(
    images: readonly string[],
    overrides: Overrides = {},
  ): Promise<ImageProcessingResult[]> {
    const reply = await this.sendJson('POST', '/api/v1/process/process-images', { images, ...overrides });
    return answer(reply, 200, z.array(ImageProcessingResult));
  }

  /** Processes one picture that can be read. */
  async process(image: Uint8Array, overrides: Overrides = {}): Promise<ImageProcessingResult> {
    const [result] = await this.processInputs([Buffer.from(image).toString('base64')], overrides);
    expect(result).toMatchObject({ error: null });
    return result as ImageProcessingResult;
  }

  async page(query: string, path = '/api/v1/processed-images/'): Promise<PaginatedProcessedImages> {
    return answer(await this.get(`${path}${query}`), 200, PaginatedProcessedImages);
  }

  async close(): Promise<void> {
    const made = this.#connection.isLasting ? this.#made : [];
    for (const id of made) await this.send('DELETE', `/api/v1/blacklist/${id}`);
    await this.#connection.close();
  }
}
