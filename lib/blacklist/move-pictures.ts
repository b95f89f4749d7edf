import type { Deadline } from '../deadline.ts';
import { NoUsableImageError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import { mergeRefused } from '../records/shared/mergeable.ts';
import { contentIdsOf } from './content-ids.ts';
import { enrollImages } from './enroll-images.ts';
import { undo } from './enroll-picture.ts';
import type { MergePlan } from './merge-plan.ts';
import { removeImagesEverywhere } from './remove.ts';
import { readEach } from './same-picture.ts';

/**
 * Adds the pictures to an entry that it lacks of another one. Those that it got stay when a store fails or
 * the time is up, so that a repeated call goes on; when one can't be taken, all are taken back.
 * @throws RequestInvalidError when a picture can't be taken
 * @throws BackendUnavailableError also when there was no time for all
 */
export async function movePictures(
  ports: EnrollingPorts,
  { into, from, missing }: MergePlan,
  deadline: Deadline,
): Promise<void> {
  const before = new Set((await ports.records.listImages(into.id)).map(({ id }) => id));
  const moved: string[] = [];
  try {
    await readEach(ports, missing, async ({ id, file }, bytes) => {
      deadline.refuseIfAbandoned();
      const reference = { fileName: file?.name ?? id, bytes: bytes ?? new Uint8Array() };
      const options = { deadline, identity: 'content', wereListed: true } as const;
      await enrollImages(ports, into.id, [reference], options);
      moved.push(...contentIdsOf(into.id, [reference.bytes]).flat());
    });
  } catch (error) {
    if (!(error instanceof NoUsableImageError)) throw error;
    const added = [...(await ports.records.getImages(moved)).values()].filter(({ id }) => !before.has(id));
    await undo(() => removeImagesEverywhere(ports, added));
    throw mergeRefused(`A picture of entry ${from.id} can not be taken over: ${error.reasons.join(' ')}`);
  }
}
