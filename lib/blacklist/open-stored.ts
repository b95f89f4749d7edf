import { InputUnreadableError } from '../errors.ts';
import type { WithPicture } from '../faces/comparing.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { Ports } from '../ports.ts';

/** Returns a function that runs work with a stored picture. It throws InputUnreadableError if it is lost. */
export function openStored(
  { images, pictureSlots }: Pick<Ports, 'images' | 'pictureSlots'>,
  key: string,
): WithPicture {
  return async (work) => {
    const stored = await images.get(key);
    if (!stored) throw new InputUnreadableError('The stored original is lost.');
    const measured = await measurePicture(stored);
    return pictureSlots.run(measured.memoryBytes, async () => work(await decodePicture(measured)));
  };
}
