import { measureReference } from '../../lib/blacklist/enroll-picture.ts';
import { isUnusablePicture } from '../../lib/errors.ts';
import type { WithPicture } from '../../lib/faces/comparing.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { findAgreement, type IsAlike } from '../../lib/people/agreeing-pictures.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import type { FoundPerson, PersonPicture } from './found-people.ts';
import type { PictureCopies } from './picture-copies.ts';

/** Pictures of a new person, in the order in which they are enrolled. */
export interface ArrangedPictures {
  readonly pictures: readonly PersonPicture[];
  /** Number of pictures that agree on who the person is; 1 or less if no two do. */
  readonly agreeing: number;
  /** Pictures that are as many and agree on somebody else. */
  readonly tied: readonly PersonPicture[];
  /** Pictures of which one lists the person; no other may. */
  readonly deciding: ReadonlySet<PersonPicture>;
}

/**
 * Arranges a new person's pictures: those that agree first, and copies of other people's last.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function arrangePictures(
  ports: EnrollingPorts,
  person: FoundPerson,
  copies: PictureCopies,
): Promise<ArrangedPictures> {
  const own = person.pictures.filter((picture) => copies.othersWith(picture, person).length === 0);
  // Copies list nobody, but they vote: without them, a stranger's picture beside them would decide.
  const voting = copies.distinct(person.pictures);
  const { agreeing, tied } =
    voting.length > 1
      ? await findAgreement(voting, (picture) => lead(ports, picture), ports.pictureSlots.concurrency)
      : { agreeing: voting, tied: [] };
  const pictures = [...new Set([...agreeing, ...own, ...person.pictures])];
  const deciding = new Set(agreeing.length > 1 ? agreeing.filter((picture) => own.includes(picture)) : own);
  return { pictures, agreeing: agreeing.length, tied, deciding };
}

/** Begins comparing others with a picture; undefined if it can't be used. */
async function lead(
  ports: EnrollingPorts,
  picture: PersonPicture,
): Promise<IsAlike<PersonPicture> | undefined> {
  const probe = await ifUsable(() => ports.faces.openProbe(opened(ports, picture), {}));
  return (
    probe &&
    (async (other) => {
      const compared = await ifUsable(() => probe.compare(opened(ports, other)));
      return compared && compared.distance <= compared.threshold;
    })
  );
}

async function ifUsable<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isUnusablePicture(error)) return undefined;
    throw error;
  }
}

function opened({ faces, pictureSlots }: EnrollingPorts, picture: PersonPicture): WithPicture {
  return async (work) => {
    const measured = await measureReference(faces, await picture.read(faces.maxImageBytes));
    return pictureSlots.run(measured.memoryBytes, async () => work(await decodePicture(measured)));
  };
}
