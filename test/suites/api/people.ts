import { cropFace, leftToRight, sample } from '../../api/pictures.ts';
import type { ApiClient } from './client.ts';

/** Pictures of people, cut out along the boxes that the API itself finds. */
export interface People {
  /** Picture of three people; most tests list the one on the right. */
  readonly group: Buffer;
  /** Picture of the listed woman alone, from another photograph. */
  readonly listed: Buffer;
  /** Picture of the listed woman alone, cut out of `group`. */
  readonly listedAgain: Buffer;
  /** Picture of the left-most person of `group` alone. */
  readonly neighbour: Buffer;
  /** Picture of a person who is in no other picture here. */
  readonly stranger: Buffer;
}

export async function findPeople(api: ApiClient): Promise<People> {
  const [group, family, others] = await Promise.all([sample(1, 640), sample(3), sample(6)]);
  const alone = async (picture: Buffer, place: number) => {
    const area = leftToRight((await api.detect(picture)).map(({ facial_area }) => facial_area)).at(place);
    if (!area) throw new Error('The sample picture does not show the faces that it should.');
    return cropFace(picture, area);
  };
  return {
    group,
    listed: await alone(family, 1),
    listedAgain: await alone(group, -1),
    neighbour: await alone(group, 0),
    stranger: await alone(others, -1),
  };
}
