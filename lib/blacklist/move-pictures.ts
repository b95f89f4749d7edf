import type { Deadline } from '../deadline.ts';
import { EntryNotFoundError, NoUsableImageError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import { MergeOvertakenError, mergeRefused } from '../records/shared/mergeable.ts';
import { enrollImages } from './enroll-images.ts';
import type { HeldMerge } from './merge-claim.ts';
import type { MergePlan } from './merge-plan.ts';
import { readEach } from './same-picture.ts';

/**
 * Lends the pictures to an entry that it lacks of another one. Those that it got stay when a store fails or
 * the time is up, so that a repeated call goes on.
 * @throws RequestInvalidError when a picture can't be taken
 * @throws MergeOvertakenError when a picture or an entry is gone meanwhile
 * @throws BackendUnavailableError also when there was no time for all
 */
export async function movePictures(
  ports: EnrollingPorts,
  { into, from, missing }: MergePlan,
  { holder }: HeldMerge,
  deadline: Deadline,
): Promise<void> {
  try {
    await readEach(ports, missing, async ({ id, file }, bytes) => {
      deadline.refuseIfAbandoned();
      if (!bytes) throw new MergeOvertakenError();
      const reference = { fileName: file?.name ?? id, bytes };
      const options = { deadline, identity: 'content', wereListed: true, holder } as const;
      await enrollImages(ports, into.id, [reference], options);
    });
  } catch (error) {
    if (error instanceof EntryNotFoundError) throw new MergeOvertakenError({ cause: error });
    if (!(error instanceof NoUsableImageError)) throw error;
    throw mergeRefused(`A picture of entry ${from.id} can not be taken over: ${error.reasons.join(' ')}`);
  }
}
