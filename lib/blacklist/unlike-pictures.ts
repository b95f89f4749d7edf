import { type Deadline, noDeadline } from '../deadline.ts';
import type { Enrollment, EntryComparison, Reference, WithPicture } from '../faces/comparing.ts';
import { log } from '../log.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { openStored } from './open-stored.ts';

/**
 * Pictures of a person that look like none of the person's others, by the threshold of matches. One may show
 * somebody else, whom the entry then accuses.
 */

/** An image, and its similarity (0..100) to the nearest of the entry's others. */
export interface UnlikeImage {
  readonly imageId: string;
  readonly similarity: number;
  /** Sender's name for the file, if it had one. */
  readonly fileName: string | null;
}

/** An image that was enrolled, with the earlier faces that match it. */
export interface NewImage {
  readonly imageId: string;
  readonly similar: Enrollment['similar'];
}

/** Time below which pictures are not compared once more. */
const neededToCompareMs = 20_000;

/** Says in a sentence that a picture looks like none of the others. */
export function unlikeWords(similarity: number): string {
  return `It looks like none of the person's other pictures (similarity ${similarity.toFixed(1)}).`;
}

/** Returns a warning for each of these pictures; null if there is none. */
export function unlikeWarnings(
  unlike: readonly { readonly label: string; readonly similarity: number }[],
): string[] | null {
  const advice = 'Delete it if it shows somebody else.';
  const lines = unlike.map(({ label, similarity }) => `${label}: ${unlikeWords(similarity)} ${advice}`);
  return lines.length === 0 ? null : lines;
}

/**
 * Compares a picture that is not shown yet with the entry's shown ones.
 * @param similar earlier faces that match it; `null` if nobody looked for them
 * @returns the similarity to the nearest one, if none is alike; `undefined` else, or without others
 * @throws EntryNotFoundError, BackendUnavailableError, ThrottledError
 */
export async function similarityIfUnlike(
  ports: EnrollingPorts,
  { id, entryId }: Pick<ImageRecord, 'id' | 'entryId'>,
  similar: Enrollment['similar'],
  withPicture: WithPicture,
): Promise<number | undefined> {
  const others = (await shownImages(ports, entryId)).filter((image) => image.id !== id);
  const shown = new Set(others.map((image) => image.id));
  if (others.length === 0 || similar?.some(({ imageId }) => shown.has(imageId))) return undefined;
  return similarityOf(await compare(ports, withPicture, others, noDeadline));
}

export interface ComparingOptions {
  readonly deadline?: Deadline;
  /** The entry's shown images, the oldest first, if they are known. */
  readonly images?: readonly ImageRecord[] | undefined;
}

/** Most images of before that are looked at again, since no new one matches them. */
const maxDoubtful = 3;

/**
 * Finds the pictures of an entry that do not look like the others, now that some were added. Pictures that
 * are alike, also by way of others, are a group: those outside the largest one are told, also a first picture
 * that was there before. Pictures that nobody compared with earlier ones are left out. It never throws,
 * because the pictures are enrolled in any case.
 */
export async function unlikeAmong(
  ports: EnrollingPorts,
  entryId: number,
  added: readonly NewImage[],
  { deadline = noDeadline, images: known }: ComparingOptions = {},
): Promise<UnlikeImage[]> {
  if (added.every(({ similar }) => similar === null)) return [];
  try {
    const images = known ?? (await shownImages(ports, entryId)).reverse();
    const groups = new PictureGroups(
      images.map(({ id }) => id),
      added.length < images.length,
    );
    for (const { imageId, similar } of added) {
      for (const match of similar ?? []) if (match.entryId === entryId) groups.join(imageId, match.imageId);
    }
    const looks = await lookAgain(ports, images, { added, groups, deadline });
    const { main } = groups;
    return images.flatMap(({ id, file }) => {
      const similarity = main.has(id) ? undefined : nearest(looks.get(id), main);
      return similarity === undefined ? [] : [{ imageId: id, similarity, fileName: file?.name ?? null }];
    });
  } catch (error) {
    log().warn({ err: error, entryId }, 'enrollment: the pictures could not be compared with each other');
    return [];
  }
}

/**
 * Compares the images whose group is not the largest with all others: those that were enrolled at the same
 * time did not see each other. It joins the groups of those that are alike.
 */
async function lookAgain(
  ports: EnrollingPorts,
  images: readonly ImageRecord[],
  {
    added,
    groups,
    deadline,
  }: { readonly added: readonly NewImage[]; readonly groups: PictureGroups; readonly deadline: Deadline },
): Promise<ReadonlyMap<string, EntryComparison>> {
  const isNew = new Map(added.map((image) => [image.imageId, image.similar !== null]));
  const doubtful = images.filter(({ id }) => !isNew.has(id) && groups.isAlone(id));
  if (doubtful.length > maxDoubtful) groups.join(...doubtful.map(({ id }) => id));
  const looks = new Map<string, EntryComparison>();
  for (const image of images) {
    const isOpen = isNew.get(image.id) ?? doubtful.length <= maxDoubtful;
    if (!isOpen || images.length < 2 || groups.main.has(image.id)) continue;
    if (!deadline.leaves(neededToCompareMs)) break;
    const others = images.filter(({ id }) => id !== image.id);
    const compared = await compare(ports, openStored(ports, image.key), others.toReversed(), deadline);
    looks.set(image.id, compared);
    for (const { imageId, distance } of compared.references) {
      if (distance <= compared.threshold) groups.join(image.id, imageId);
    }
  }
  return looks;
}

/** Groups of pictures that are alike. */
class PictureGroups {
  readonly #groups: Map<string, Set<string>>;
  readonly #decidesAlone: boolean;

  /**
   * @param ids those of the pictures, the oldest first
   * @param decidesAlone false if one picture is no group that others could be unlike
   */
  constructor(ids: readonly string[], decidesAlone: boolean) {
    this.#decidesAlone = decidesAlone;
    this.#groups = new Map(ids.map((id) => [id, new Set([id])]));
  }

  join(...ids: readonly string[]): void {
    const known = ids.filter((id) => this.#groups.has(id));
    const joined = new Set(known.flatMap((id) => [...(this.#groups.get(id) ?? [])]));
    for (const id of joined) this.#groups.set(id, joined);
  }

  isAlone(id: string): boolean {
    return this.#groups.get(id)?.size === 1;
  }

  /** Largest group; of several, that of the oldest picture. It is empty if no picture can decide. */
  get main(): ReadonlySet<string> {
    const [largest = new Set<string>()] = [...new Set(this.#groups.values())].sort(
      (one, other) => other.size - one.size,
    );
    return largest.size > 1 || this.#decidesAlone ? largest : new Set();
  }
}

/** Returns the similarity to the nearest picture of a group; to the nearest of all without a group. */
function nearest(look: EntryComparison | undefined, group: ReadonlySet<string>): number | undefined {
  const references = look?.references ?? [];
  return (references.find(({ imageId }) => group.has(imageId)) ?? references[0])?.similarity;
}

function compare(
  ports: EnrollingPorts,
  withPicture: WithPicture,
  others: readonly ImageRecord[],
  deadline: Deadline,
): Promise<EntryComparison> {
  const references = others.map(({ id, key }): Reference => {
    return { imageId: id, withPicture: openStored(ports, key) };
  });
  return ports.faces.compareWith(withPicture, references, { deadline });
}

function similarityOf({ references: [nearest], threshold }: EntryComparison): number | undefined {
  return nearest && nearest.distance > threshold ? nearest.similarity : undefined;
}

/** Lists the entry's shown images, newest first. */
async function shownImages({ records }: EnrollingPorts, entryId: number): Promise<ImageRecord[]> {
  return (await records.listImages(entryId)).filter(({ status }) => status === 'ACTIVE').reverse();
}
