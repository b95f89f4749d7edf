import type { FaceBackend, ListedFace } from '../../lib/faces/port.ts';
import { referenceKey } from '../../lib/images/key.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { MeasuredPicture } from '../../lib/inputs/measure.ts';
import { withoutMetadata } from '../../lib/inputs/metadata.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import type { EntryRecord, ImageFile, ImageRecord } from '../../lib/records/entry.ts';

/** Largest distance between a picture and the face that was indexed from it, if it is encoded again. */
const samePicture = 0.01;
/** Box of a face of which no picture is there to measure it in. */
const noBox = { x: 0, y: 0, w: 0, h: 0 } as const;

/**
 * Faces of a collection that the old service indexed and named by their entry's id alone. Each becomes a
 * reference image of its entry, with the picture that it was indexed from if that is there.
 */
export class AdoptedFaces {
  readonly #ports: EnrollingPorts;
  readonly #left: Map<number, Map<string, ListedFace>>;

  /** @param left faces by their entry's id and their own, see `facesByEntry` */
  constructor(ports: EnrollingPorts, left: Map<number, Map<string, ListedFace>>) {
    this.#ports = ports;
    this.#left = left;
  }

  /**
   * Adopts the face that was indexed from a picture, and keeps the picture with it.
   * @returns `undefined` if the collection has no such face
   * @throws BackendUnavailableError, ThrottledError, and the errors of a picture that can't be used
   */
  async adoptFor(
    entry: EntryRecord,
    { picture, fileName }: { readonly picture: MeasuredPicture; readonly fileName: string | null },
  ): Promise<'adopted' | 'present' | undefined> {
    const left = this.#left.get(entry.id);
    if (!left || left.size === 0) return undefined;
    const { faces, pictureSlots, stripMetadata = true } = this.#ports;
    const decoded = <T>(work: (decoded: Awaited<ReturnType<typeof decodePicture>>) => Promise<T>) =>
      pictureSlots.run(picture.memoryBytes, async () => work(await decodePicture(picture)));
    const { faces: found } = await decoded((decoded) => faces.match(decoded, { threshold: samePicture }));
    const [largest] = found;
    const same = largest?.matches.find(
      ({ imageId, distance }) => distance <= samePicture && left.has(imageId),
    );
    if (!largest || !same) return undefined;
    const bytes = stripMetadata
      ? await withoutMetadata(picture, () => decoded(async (one) => one))
      : picture.original;
    const file = { name: fileName, sizeBytes: bytes.length, width: picture.width, height: picture.height };
    const key = referenceKey(entry.id, same.imageId, picture.format);
    const put = () => this.#ports.images.put(key, bytes, `image/${picture.format}`);
    const isNew = await this.#adopt(entry.id, same.imageId, { key, file, box: largest.area, put });
    return isNew ? 'adopted' : 'present';
  }

  /**
   * Adopts the faces of an entry that no picture was found for.
   * @returns numbers of faces that were adopted now, and by an earlier run
   * @throws BackendUnavailableError, ThrottledError
   */
  async adoptRest(entry: EntryRecord): Promise<{ readonly adopted: number; readonly present: number }> {
    let adopted = 0;
    const imageIds = [...(this.#left.get(entry.id)?.keys() ?? [])];
    for (const imageId of imageIds) {
      const key = referenceKey(entry.id, imageId, 'jpeg');
      if (await this.#adopt(entry.id, imageId, { key, file: null, box: noBox, put: async () => {} }))
        adopted += 1;
    }
    return { adopted, present: imageIds.length - adopted };
  }

  /** Makes a face an image of the entry, unless it is one. */
  async #adopt(
    entryId: number,
    imageId: string,
    {
      key,
      file,
      box,
      put,
    }: Pick<ImageRecord, 'key'> & {
      readonly file: ImageFile | null;
      readonly box: NonNullable<ImageRecord['face']>['box'];
      readonly put: () => Promise<void>;
    },
  ): Promise<boolean> {
    const { records } = this.#ports;
    const left = this.#left.get(entryId);
    const face = left?.get(imageId);
    left?.delete(imageId);
    if (!face) return false;
    const there = (await records.getImages([imageId])).get(imageId);
    if (there?.status === 'ACTIVE' || there?.status === 'DELETING') return false;
    // An interrupted run made the record, and may have put another picture for it.
    if (there) await records.removeImage(imageId);
    await records.createImage({ id: imageId, entryId, key, file });
    await put();
    await records.activateImage(imageId, { id: face.faceId, box, quality: null });
    return true;
  }
}

/**
 * Reads the faces that name their entry by its id alone.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function facesByEntry(
  faces: Pick<FaceBackend, 'listFaces'>,
): Promise<Map<number, Map<string, ListedFace>>> {
  const found = new Map<number, Map<string, ListedFace>>();
  for await (const face of faces.listFaces()) {
    if (!face.isTakenOver) continue;
    const ofEntry = found.get(face.entryId) ?? new Map<string, ListedFace>();
    found.set(face.entryId, ofEntry.set(face.imageId, face));
  }
  return found;
}
