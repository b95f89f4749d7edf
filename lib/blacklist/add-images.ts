import type { AddedImages } from '../contract/endpoints/add-images.ts';
import type { Deadline } from '../deadline.ts';
import type { EnrollingPorts } from '../ports.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { activeEntry } from './blacklist-record.ts';
import { enrollImages, type ImageIdentity, type ReferenceFile } from './enroll-images.ts';
import { possibleDuplicates } from './possible-duplicates.ts';
import { unlikeWarnings } from './unlike-pictures.ts';

/**
 * Adds pictures to a listed person. A picture that the entry has is not added again, by whatever request it
 * came.
 * @param deadline the time by which the request has to be done.
 * @param identity rule by which the images get their ids; by a function's, a repeated request knows its own
 * @throws EntryNotFoundError
 * @throws NoUsableImageError when no picture can be used.
 */
export async function addImages(
  ports: EnrollingPorts,
  entryId: number,
  files: readonly ReferenceFile[],
  deadline?: Deadline,
  identity: ImageIdentity = 'content',
): Promise<AddedImages> {
  const why = whyNotInForce(await activeEntry(ports, entryId));
  const { enrolled, errors, similar, unlike } = await enrollImages(ports, entryId, files, {
    deadline,
    identity,
  });
  return {
    message: `${enrolled} image${enrolled === 1 ? '' : 's'} added.${why ? ` ${why}` : ''}`,
    added: enrolled,
    errors,
    possible_duplicates: await possibleDuplicates(ports, entryId, similar),
    warnings: unlikeWarnings(unlike),
  };
}
