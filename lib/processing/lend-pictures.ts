import { isUnusablePicture, ofPicture } from '../errors.ts';
import type { PictureLoan } from '../faces/port.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { Ports } from '../ports.ts';
import { allSettled } from '../settled.ts';

/**
 * Reads the pictures of a request, and lends each, decoded for as long as the work on it takes and in a slot of its own. What is wrong with one
 * names it by its field.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError; the loans, also what the work throws.
 */
export async function lendInputs<const Name extends string>(
  { inputs, pictureSlots }: Pick<Ports, 'inputs' | 'pictureSlots'>,
  pictures: Readonly<Record<Name, string>>,
): Promise<Record<Name, PictureLoan>> {
  const loans = Object.entries<string>(pictures).map(async ([name, input]) => {
    const measured = await naming(name, async () => measurePicture(await inputs.read(input)));
    const lend: PictureLoan = (work) =>
      naming(name, () =>
        pictureSlots.run(measured.memoryBytes, async () => work(await decodePicture(measured))),
      );
    return [name, lend] as const;
  });
  return Object.fromEntries(await allSettled(loans)) as Record<Name, PictureLoan>;
}

async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUnusablePicture(error) ? ofPicture(name, error) : error;
  }
}
