/**
 * Command: compares two searches of the Rekognition emulator, for listed people and for strangers: the one
 * for their faces, and the one for users, each of which has all faces of a person. It saves nothing.
 *
 * FOLDER has `images/<person>/<picture>`, as Labeled Faces in the Wild. People with five pictures are listed
 * with three of these and looked for with two; those with one picture are strangers.
 *
 * usage: npm run bench -- users --data FOLDER
 */
import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rekognition } from '@aws-sdk/client-rekognition';
import { startRekognition } from '../../local/emulators/rekognition/server.ts';
import { parseOptions } from '../options.ts';
import { WrongUseError } from '../wrong-use.ts';

const [mostListed, mostStrangers] = [80, 200];
const [references, probes] = [3, 2];
const CollectionId = 'people';
const threshold = 95;

interface Probe {
  /** Person whom it shows, if that person is listed. */
  readonly person: string | undefined;
  readonly faceId: string;
}

/** Nearest persons by the two searches, 0..100. */
interface Nearest {
  readonly person: string | undefined;
  /** Similarity to the nearest face of somebody else, or of the person. */
  readonly byFace: { readonly own: number; readonly other: number };
  readonly byUser: { readonly own: number; readonly other: number };
}

async function index(client: Rekognition, file: string, name: string): Promise<string | undefined> {
  const { FaceRecords = [] } = await client.indexFaces({
    ...{ CollectionId, MaxFaces: 1, QualityFilter: 'NONE', ExternalImageId: name },
    Image: { Bytes: await readFile(file) },
  });
  return FaceRecords[0]?.Face?.FaceId;
}

/** Lists a person with the first pictures, and returns probes of the others. */
async function list(client: Rekognition, folder: string, person: string, UserId: string): Promise<Probe[]> {
  const files = (await readdir(join(folder, person))).sort().slice(0, references + probes);
  const ids: string[] = [];
  for (const [place, file] of files.entries()) {
    const name = place < references ? UserId : 'probe';
    const id = await index(client, join(folder, person, file), name);
    if (id === undefined) return [];
    ids.push(id);
  }
  await client.createUser({ CollectionId, UserId });
  const FaceIds = ids.slice(0, references);
  await client.associateFaces({ CollectionId, UserId, FaceIds, UserMatchThreshold: 0 });
  return ids.slice(references).map((faceId) => ({ person: UserId, faceId }));
}

async function nearest(client: Rekognition, { person, faceId: FaceId }: Probe): Promise<Nearest> {
  const { FaceMatches = [] } = await client.searchFaces({
    ...{ CollectionId, FaceId, FaceMatchThreshold: 0, MaxFaces: 4096 },
  });
  const { UserMatches = [] } = await client.searchUsers({
    ...{ CollectionId, FaceId, UserMatchThreshold: 0, MaxUsers: 500 },
  });
  const faces = FaceMatches.map(({ Face, Similarity = 0 }) => ({ name: Face?.ExternalImageId, Similarity }));
  const users = UserMatches.map(({ User, Similarity = 0 }) => ({ name: User?.UserId, Similarity }));
  const best = (found: readonly { readonly name: string | undefined; readonly Similarity: number }[]) => {
    const among = (isOwn: boolean) =>
      found.filter(({ name }) => name !== 'probe' && (name === person) === isOwn);
    const most = (isOwn: boolean) => Math.max(0, ...among(isOwn).map(({ Similarity }) => Similarity));
    return { own: most(true), other: most(false) };
  };
  return { person, byFace: best(faces), byUser: best(users) };
}

function report(found: readonly Nearest[]): void {
  const listed = found.filter(({ person }) => person !== undefined);
  const strangers = found.filter(({ person }) => person === undefined);
  const rows = (['byFace', 'byUser'] as const).map((search) => {
    const alarms = strangers.map((one) => one[search].other).toSorted((one, other) => other - one);
    const foundAt = (similarity: number) => listed.filter((one) => one[search].own >= similarity).length;
    const alarmsAt = (similarity: number) => alarms.filter((one) => one >= similarity).length;
    const atOnePercent = (alarms[Math.floor(strangers.length / 100)] ?? 0) + 1e-6;
    return {
      search: search === 'byFace' ? 'faces' : 'users',
      [`found at ${threshold}`]: `${foundAt(threshold)} of ${listed.length}`,
      [`strangers taken for somebody at ${threshold}`]: `${alarmsAt(threshold)} of ${strangers.length}`,
      'similarity at which 1% of strangers are': atOnePercent.toFixed(1),
      'found there': `${foundAt(atOnePercent)} of ${listed.length}`,
    };
  });
  console.table(rows);
}

export async function run(words: readonly string[]): Promise<void> {
  const { data } = parseOptions(words);
  if (data === undefined) throw new WrongUseError('users wants --data FOLDER.');
  const folder = join(data, 'images');
  const people = await Promise.all(
    (await readdir(folder)).map(async (person) => ({
      person,
      count: (await readdir(join(folder, person))).length,
    })),
  );
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'face-blacklist-users-'));
  const server = await startRekognition({ port: 0, dataDir: scratch.path, workers: 1, consistencyMs: 0 });
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const client = new Rekognition({ endpoint: server.url, region: 'us-east-1', credentials });
  try {
    await client.createCollection({ CollectionId });
    const all: Probe[] = [];
    const many = people.filter(({ count }) => count >= references + probes).slice(0, mostListed);
    for (const [place, { person }] of many.entries())
      all.push(...(await list(client, folder, person, `user-${place}`)));
    for (const { person } of people.filter(({ count }) => count === 1).slice(0, mostStrangers)) {
      const [file = ''] = await readdir(join(folder, person));
      const faceId = await index(client, join(folder, person, file), 'probe');
      if (faceId !== undefined) all.push({ person: undefined, faceId });
    }
    const found: Nearest[] = [];
    for (const probe of all) found.push(await nearest(client, probe));
    report(found);
  } finally {
    client.destroy();
    await server.close();
  }
}
