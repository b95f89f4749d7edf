import pLimit from 'p-limit';
import { daysBefore } from '../../days.ts';
import type { Deadline } from '../../deadline.ts';
import { isUnusablePicture, NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allOrFirstError } from '../../promises.ts';
import type { FaceOptions, UsedOptions, WithPicture } from '../comparing.ts';
import type { KeptTemplate } from '../face.ts';
import type { FaceToKeep, KeptFaces, LookBack, SeenFace, SeenFaces } from '../look-back.ts';
import type { FoundFace, KeptCollection } from './kept-collection.ts';
import type { CollectedFace, KeptFaceRecords } from './kept-faces.ts';

const searchesAtOnce = 4;
/** Pictures whose records are looked up at once. */
const picturesAtOnce = 1_000;

export interface LookBackSettings {
  /** Days that unmatched faces are kept; 0 where none are, but some of before may be left. */
  readonly days: number;
  readonly records: KeptFaceRecords;
}

const nothingKept = { seen: [], compared: 0, notCompared: 0, pictures: null, missing: 0 } as const;

/** Look-back among the faces of a collection of their own, which the pictures' records name. */
export class RekognitionLookBack implements LookBack, KeptFaces {
  readonly days: number;
  readonly version: string;
  readonly #kept: KeptCollection;
  readonly #records: KeptFaceRecords;
  readonly #used: (options: FaceOptions) => UsedOptions;

  constructor(
    kept: KeptCollection,
    { days, records }: LookBackSettings,
    used: (options: FaceOptions) => UsedOptions,
  ) {
    this.days = days;
    this.version = kept.id;
    this.#kept = kept;
    this.#records = records;
    this.#used = used;
  }

  get own(): KeptFaces {
    return this;
  }

  async findReferences(references: Parameters<LookBack['findReferences']>[0]): Promise<SeenFaces> {
    const used = this.#used({});
    const since = this.#since();
    if (await this.#isOver()) return { ...nothingKept, ...used, since };
    const limit = pLimit(searchesAtOnce);
    const [compared, ...found] = await allOrFirstError([
      this.#kept.count(),
      ...references.map(({ withPicture }) => limit(() => this.#searchUsable(withPicture, used.threshold))),
    ]);
    const searched = found.filter((faces) => faces !== undefined);
    const missing = references.length - searched.length;
    const seen = await this.#seen(searched.flat(), since);
    return { seen, ...used, compared, notCompared: 0, pictures: null, missing, since };
  }

  async findLargest(probe: WithPicture, options: FaceOptions = {}): Promise<SeenFaces> {
    const used = this.#used(options);
    const since = this.#since();
    if (await this.#isOver()) return { ...nothingKept, ...used, since };
    const found = await probe(async (picture) => {
      const faces = await this.#kept.search(picture, used.threshold, options.deadline);
      if (!faces) throw new NoFaceError('No face was found in it.');
      return faces;
    });
    const pictures = new Set<string>();
    let compared = 0;
    for await (const face of this.#kept.list()) {
      if (face.since < since) continue;
      compared += 1;
      pictures.add(face.pictureId);
    }
    const seen = await this.#seen(found, since);
    return { seen, ...used, compared, notCompared: 0, pictures: pictures.size, missing: 0, since };
  }

  async add(
    picture: Picture,
    pictureId: string,
    faces: readonly FaceToKeep[],
    deadline?: Deadline,
  ): Promise<KeptTemplate[]> {
    const kept = await this.#kept.add(picture, pictureId, faces, deadline);
    return kept.map(({ faceIndex, id }) => ({ faceIndex, version: this.version, bytes: Buffer.from(id) }));
  }

  async remove(templates: Parameters<KeptFaces['remove']>[0]): Promise<void> {
    await this.#kept.remove(templates.map(({ bytes }) => Buffer.from(bytes).toString()));
  }

  async compare(olderThan: Date, stop?: AbortSignal): ReturnType<KeptFaces['compare']> {
    const strays: { readonly bytes: Uint8Array }[] = [];
    let named = 0;
    let some: CollectedFace[] = [];
    const look = async () => {
      const records = await this.#recordsOf(some);
      for (const { faceId, pictureId, since } of some) {
        const isNamed = records.get(pictureId)?.faces.some(({ id }) => id === faceId);
        if (isNamed) named += 1;
        else if (since < olderThan) strays.push({ bytes: Buffer.from(faceId) });
      }
      some = [];
    };
    for await (const face of this.#kept.list()) {
      if (stop?.aborted) return { named, strays: [] };
      some.push(face);
      if (some.length === picturesAtOnce) await look();
    }
    await look();
    return { named, strays };
  }

  /** Tells if none are kept, and none of before are left. */
  async #isOver(): Promise<boolean> {
    return this.days === 0 && (await this.#kept.count()) === 0;
  }

  /** Returns the time since which faces count. Where none are kept any more, all that are left do. */
  #since(): Date {
    return this.days === 0 ? new Date(0) : daysBefore(this.days);
  }

  /** Returns `undefined` if the picture can't be used. */
  async #searchUsable(
    withPicture: WithPicture | undefined,
    threshold: number,
  ): Promise<FoundFace[] | undefined> {
    try {
      return await withPicture?.((picture) => this.#kept.search(picture, threshold, undefined));
    } catch (error) {
      if (isUnusablePicture(error)) return undefined;
      throw error;
    }
  }

  /** Returns the faces that records name, nearest first, each once. */
  async #seen(found: readonly FoundFace[], since: Date): Promise<SeenFace[]> {
    const recent = found.filter((face) => face.since >= since);
    const records = await this.#recordsOf(recent);
    const seen = new Map<string, SeenFace>();
    const byDistance = recent.toSorted((one, other) => one.distance - other.distance);
    for (const { faceId, pictureId, distance, similarity } of byDistance) {
      const record = records.get(pictureId);
      const face = record?.faces.find(({ id }) => id === faceId);
      if (!record || !face || seen.has(faceId)) continue;
      const { processedId } = record;
      seen.set(faceId, { processedId, faceIndex: face.faceIndex, distance, similarity });
    }
    return [...seen.values()];
  }

  #recordsOf(faces: readonly CollectedFace[]): ReturnType<KeptFaceRecords['find']> {
    return this.#records.find([...new Set(faces.map(({ pictureId }) => pictureId))]);
  }
}
