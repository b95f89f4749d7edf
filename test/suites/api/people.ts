import sharp from 'sharp';
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
  /** Small picture of a person who is in no other picture either. Nobody processes it: entries of it match nothing. */
  readonly bystander: Buffer;
}

export async function findPeople(api: ApiClient): Promise<People> {
  const [group, family, others] = await Promise.all([sample(1, 640), sample(3), sample(6)]);
  const facesOf = async (picture: Buffer) => {
    const areas = leftToRight((await api.detect(picture)).map(({ facial_area }) => facial_area));
    return (place: number) => {
      const area = areas.at(place);
      if (!area) throw new Error('The sample picture does not show the faces that it should.');
      return cropFace(picture, area);
    };
  };
  const [ofFamily, ofGroup, ofOthers] = [await facesOf(family), await facesOf(group), await facesOf(others)];
  return {
    group,
    listed: await ofFamily(1),
    listedAgain: await ofGroup(-1),
    neighbour: await ofGroup(0),
    stranger: await ofOthers(-1),
    bystander: await sharp(await ofFamily(0))
      .resize({ width: 200 })
      .jpeg({ quality: 95 })
      .toBuffer(),
  };
}
