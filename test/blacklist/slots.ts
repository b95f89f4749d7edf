import { PictureSlots } from '../../lib/inputs/picture-slots.ts';

/** Makes slots for this many pictures at once, of any size. */
export function slots(atOnce: number): PictureSlots {
  return new PictureSlots({ atOnce, memoryBytes: 2 ** 30 });
}

/** Gives a time after everything that exists, so that a sweep treats everything unfinished as abandoned. */
export const everything = () => new Date(Date.now() + 1000);
