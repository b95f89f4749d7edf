import * as z from 'zod';
import { ConfigError } from '../../lib/config.ts';
import { EntryName } from '../../lib/contract/fields.ts';
import { InputUnreadableError } from '../../lib/errors.ts';
import { pictureTooLarge } from '../../lib/inputs/too-large.ts';
import { type FoundPeople, joinedLines, type PersonPicture } from './found-people.ts';

/** Name of the variable with the key of CompreFace's recognition service; others can see arguments. */
export const keyVariable = 'COMPREFACE_API_KEY';

const pageSize = 500;
const timeoutMs = 30_000;

/** Page of `GET /api/v1/recognition/faces`. */
const Faces = z.object({
  faces: z.array(z.object({ image_id: z.string(), subject: z.string() })),
  /** Absent before version 0.6, which answers all at once. */
  total_pages: z.number().default(1),
  total_elements: z.number().optional(),
});

const refusals: readonly number[] = [400, 401, 403, 404];
const Refusal = z.object({ message: z.string() });

/** Answer of `GET /api/v1/recognition/subjects/`, which there is from version 0.6 on. */
const Subjects = z.object({ subjects: z.array(z.string()) });

/**
 * Reads the subjects of a running CompreFace, each with its pictures, by its REST API.
 * @param address such as `http://127.0.0.1:8000`
 * @throws ConfigError when it does not answer as CompreFace does
 */
export async function readCompreFace(address: string, key: string): Promise<FoundPeople> {
  const root = rootOf(address);
  const byName = new Map<string, PersonPicture[]>();
  const { subjectOf, missing } = await facesOf(root, key);
  const remarks = missing > 0 ? [`CompreFace counts ${missing} more pictures than it lists.`] : [];
  const written = new Map<string, string[]>();
  for (const [imageId, subject] of subjectOf) {
    const { data: name } = EntryName.safeParse(subject);
    if (name !== undefined) written.set(name, [...new Set([...(written.get(name) ?? []), subject])]);
    if (name === undefined) remarks.push(`${subject}: A name has 1 to 100 characters.`);
    else
      byName
        .set(name, byName.get(name) ?? [])
        .get(name)
        ?.push(pictureOf(root, imageId, key));
  }
  for (const subject of await subjectsOf(root, key)) {
    const name = EntryName.safeParse(subject).data;
    if (name !== undefined && !byName.has(name))
      remarks.push(`${subject}: CompreFace has no picture of them.`);
  }
  const persons = [...byName].map(([name, pictures]) => ({ name, reason: null, pictures }));
  return { persons, remarks: [...new Set(remarks)], joined: joinedLines(written), passedOver: new Set() };
}

/**
 * Lists the subject of each picture. Pages have no promised order unless it is asked for: a picture may come
 * twice, and another never. A version that does not know the order is asked without it.
 */
async function facesOf(
  root: URL,
  key: string,
): Promise<{ subjectOf: ReadonlyMap<string, string>; missing: number }> {
  const subjectOf = new Map<string, string>();
  let count = 0;
  const order = await orderOf(root, key);
  for (let page = 0, pages = 1; page < pages; page += 1) {
    const { faces, total_pages, total_elements } = await pageOf(facesUrl(root, page, order), key);
    pages = total_pages;
    count = total_elements ?? faces.length;
    for (const { image_id, subject } of faces) subjectOf.set(image_id, subject);
  }
  return { subjectOf, missing: count - subjectOf.size };
}

/** Returns the parameter that gives pages an order, if this version has one. */
async function orderOf(root: URL, key: string): Promise<string> {
  const order = '&sort=id';
  const response = await get(facesUrl(root, 0, order), key).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 500 ? '' : order;
}

function facesUrl(root: URL, page: number, order: string): URL {
  return new URL(`api/v1/recognition/faces?page=${page}&size=${pageSize}${order}`, root);
}

function rootOf(address: string): URL {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new ConfigError(
      `--compreface takes the address of CompreFace, such as http://127.0.0.1:8000, not '${address}'.`,
    );
  }
  return new URL(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`);
}

/** Lists the subjects, also those without pictures; none if the version can't tell them. */
async function subjectsOf(root: URL, key: string): Promise<string[]> {
  const url = new URL('api/v1/recognition/subjects/', root);
  const response = await get(url, key).catch(() => undefined);
  const answer = Subjects.safeParse(await response?.json().catch(() => undefined));
  return response?.ok && answer.success ? answer.data.subjects : [];
}

async function pageOf(url: URL, key: string): Promise<z.output<typeof Faces>> {
  const response = await get(url, key).catch((cause: unknown) => {
    throw new ConfigError(`${url.origin} does not answer (${wordsOf(cause)}).`);
  });
  const body: unknown = await response.json().catch(() => undefined);
  // A key that is no UUID is a 400, and one that is unknown or of another type a 404.
  if (refusals.includes(response.status)) {
    const { data } = Refusal.safeParse(body);
    throw new ConfigError(
      `${url.origin} refuses the key in ${keyVariable}, or is no CompreFace (${response.status}${data ? `: ${data.message}` : ''}). ` +
        'It wants the key of a service of the type recognition.',
    );
  }
  const page = Faces.safeParse(body);
  if (response.ok && page.success) return page.data;
  throw new ConfigError(`${url.origin} does not answer as CompreFace does (${response.status}).`);
}

function pictureOf(root: URL, imageId: string, key: string): PersonPicture {
  return {
    name: imageId,
    async read(maxBytes) {
      try {
        const url = new URL(`api/v1/recognition/faces/${encodeURIComponent(imageId)}/img`, root);
        const response = await get(url, key);
        const bytes = response.ok ? await bytesOf(response, maxBytes) : undefined;
        if (bytes && bytes.length > 0) return bytes;
        // It answers 200 without a byte where it has no picture, or keeps none (save_images_to_db=false).
        throw new InputUnreadableError(`CompreFace has no picture of it (${response.status}).`);
      } catch (error) {
        if (error instanceof TypeError || error instanceof DOMException) {
          throw new InputUnreadableError(`The picture did not come (${wordsOf(error)}).`);
        }
        throw error;
      }
    },
  };
}

/** Sends a request; the key goes to no other address. */
function get(url: URL, key: string): Promise<Response> {
  return fetch(url, {
    headers: { 'x-api-key': key },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
}

async function bytesOf({ body }: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > maxBytes) throw pictureTooLarge(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function wordsOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : message;
}
