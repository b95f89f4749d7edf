import sharp from 'sharp';
import type { Box } from '../../../lib/contract/shapes.ts';
import { cropFace, sample } from '../../api/pictures.ts';

/** Pictures of people, cut out along the boxes that the API finds. */
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
  /**
   * Small picture of a person who is in no other picture either. Tests list it and process it never, so that
   * its entries match nothing.
   */
  readonly bystander: Buffer;
}

const square = (x: number, y: number, side: number): Box => ({ x, y, w: side, h: side });

export async function findPeople(): Promise<People> {
  const [group, family, others] = await Promise.all([sample(1, 640), sample(3), sample(6)]);
  const [listed, listedAgain, neighbour, stranger, bystander] = await Promise.all([
    cropFace(family, square(1055, 245, 250)),
    cropFace(group, square(744, 125, 82)),
    cropFace(group, square(203, 197, 96)),
    cropFace(others, square(1468, 304, 245)),
    cropFace(family, square(584, 361, 229)),
  ]);
  return {
    ...{ group, listed, listedAgain, neighbour, stranger },
    bystander: await sharp(bystander).resize({ width: 200 }).jpeg({ quality: 95 }).toBuffer(),
  };
}
