import type { AddedImages } from '../contract/endpoints/add-images.ts';
import type { Deadline } from '../deadline.ts';
import type { EnrollingPorts } from '../ports.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { activeEntry } from './blacklist-record.ts';
import { contentIdsOf } from './content-ids.ts';
import { enrollImages, type ReferenceFile } from './enroll-images.ts';
import { possibleDuplicates } from './possible-duplicates.ts';

/**
 * Adds pictures to a listed person. A picture that was added before is not added again, so that a request can
 * be repeated after a crash.
 * @param deadline the time by which the request has to be done.
 * @param imageIdOf gives ids to the images, by which a repeated request knows those that it has added
 * @throws EntryNotFoundError
 * @throws NoUsableImageError when no picture can be used.
 */
export async function addImages(
  ports: EnrollingPorts,
  entryId: number,
  files: readonly ReferenceFile[],
  deadline?: Deadline,
  imageIdOf?: (place: number) => string,
): Promise<AddedImages> {
  const why = whyNotInForce(await activeEntry(ports, entryId));
  const contentIds = imageIdOf
    ? undefined
    : contentIdsOf(
        entryId,
        files.map(({ bytes }) => bytes),
      );
  const { enrolled, errors, similar } = await enrollImages(ports, entryId, files, {
    deadline,
    imageIdOf,
    contentIds,
  });
  return {
    message: `${enrolled} image${enrolled === 1 ? '' : 's'} added.${why ? ` ${why}` : ''}`,
    errors,
    possible_duplicates: await possibleDuplicates(ports, entryId, similar),
  };
}
