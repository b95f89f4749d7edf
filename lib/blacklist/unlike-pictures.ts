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

/**
 * Finds those of an entry's new pictures that look like none of its others. Pictures that nobody compared
 * with earlier ones are left out. It never throws, because the pictures are enrolled in any case.
 */
export async function unlikeAmong(
  ports: EnrollingPorts,
  entryId: number,
  added: readonly NewImage[],
  deadline: Deadline = noDeadline,
): Promise<UnlikeImage[]> {
  const alike = linked(entryId, added);
  const isOpen = ({ imageId, similar }: NewImage) => similar !== null && !alike.has(imageId);
  if (!added.some(isOpen)) return [];
  const unlike: UnlikeImage[] = [];
  try {
    const images = new Map((await shownImages(ports, entryId)).map((image) => [image.id, image]));
    for (const { imageId } of added.filter(isOpen)) {
      const image = images.get(imageId);
      const others = [...images.values()].filter(({ id }) => id !== imageId);
      if (!image || others.length === 0 || alike.has(imageId)) continue;
      if (!deadline.leaves(neededToCompareMs)) break;
      // Pictures that were enrolled at the same time did not see each other.
      const compared = await compare(ports, openStored(ports, image.key), others, deadline);
      const similarity = similarityOf(compared);
      if (similarity !== undefined) unlike.push({ imageId, similarity });
      for (const near of compared.references)
        if (near.distance <= compared.threshold) alike.add(near.imageId);
    }
  } catch (error) {
    log().warn({ err: error, entryId }, 'enrollment: the pictures could not be compared with each other');
  }
  return unlike;
}

/** Lists the images that match another of the entry, either way. */
function linked(entryId: number, added: readonly NewImage[]): Set<string> {
  const links = added.map(({ imageId, similar }) => {
    const own = (similar ?? []).filter((match) => match.entryId === entryId && match.imageId !== imageId);
    return own.length === 0 ? [] : [imageId, ...own.map((match) => match.imageId)];
  });
  return new Set(links.flat());
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
