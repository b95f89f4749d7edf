import type { DetectedFace } from '../contract/shapes.ts';
import { type Deadline, storingMs } from '../deadline.ts';
import type { FaceBackend, MatchResult } from '../faces/port.ts';
import type { Picture } from '../inputs/picture.ts';
import { log } from '../log.ts';
import type { KeptFace } from '../records/processed.ts';

/** A picture that was compared, whose faces may be kept. */
interface Compared {
  readonly pictureId: string;
  readonly picture: Picture;
  readonly found: MatchResult;
  readonly shown: readonly DetectedFace[];
  readonly deadline: Deadline;
}

/**
 * Keeps the faces that match nobody for a later look-back, and returns them for the picture's record. A
 * failure keeps none: the picture itself was compared.
 */
export async function keepUnmatched(
  { lookBack }: Pick<FaceBackend, 'lookBack'>,
  { pictureId, picture, found, shown, deadline }: Compared,
): Promise<{ readonly unmatched: readonly KeptFace[]; readonly isFailed: boolean }> {
  const faces = found.faces.flatMap(({ area, template }, faceIndex) =>
    shown[faceIndex]?.blacklist_matches.length === 0 ? [{ faceIndex, area, template }] : [],
  );
  const own = lookBack?.days ? lookBack.own : undefined;
  if (!own) {
    const unmatched = faces.flatMap(({ faceIndex, template }) =>
      template ? [{ faceIndex, ...template }] : [],
    );
    return { unmatched, isFailed: false };
  }
  if (faces.length === 0) return { unmatched: [], isFailed: false };
  try {
    const unmatched = await own.add(picture, pictureId, faces, deadline.before(storingMs));
    return { unmatched, isFailed: false };
  } catch (err) {
    log().warn({ err }, 'faces could not be kept for a look-back');
    return { unmatched: [], isFailed: true };
  }
}

/** Tells a client that a later look-back will not find the faces of its picture. */
export const notKeptWarning = 'The faces of this picture could not be kept: no look-back will find them.';

/** Removes faces of a picture that has got no record. The sweep finds those for which that fails. */
export async function forgetUnmatched(
  { lookBack }: Pick<FaceBackend, 'lookBack'>,
  unmatched: readonly KeptFace[],
): Promise<void> {
  if (unmatched.length === 0) return;
  await lookBack?.own
    ?.remove(unmatched)
    .catch((err: unknown) => log().warn({ err }, 'kept faces could not be removed'));
}
