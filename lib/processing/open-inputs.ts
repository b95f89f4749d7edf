import { type Deadline, noDeadline } from '../deadline.ts';
import { isUnusablePicture, ofPicture } from '../errors.ts';
import type { WithPicture } from '../faces/comparing.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { Ports } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';

/**
 * Reads the pictures of a request. Each can then be used decoded, in a slot of its own, for as long as some
 * work takes. An error of one picture names its field. Nothing is decoded for a client who has gone.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError; the returned functions also throw
 * the errors of the work.
 */
export async function openInputs<const Name extends string>(
  { inputs, pictureSlots }: Pick<Ports, 'inputs' | 'pictureSlots'>,
  pictures: Readonly<Record<Name, string>>,
  deadline: Deadline = noDeadline,
): Promise<Record<Name, WithPicture>> {
  const opened = Object.entries<string>(pictures).map(async ([name, input]) => {
    const measured = await naming(name, async () => measurePicture(await inputs.read(input)));
    const withPicture: WithPicture = (work) =>
      naming(name, () =>
        pictureSlots.run(measured.memoryBytes, async () => {
          deadline.refuseIfAbandoned();
          return work(await decodePicture(measured));
        }),
      );
    return [name, withPicture] as const;
  });
  return Object.fromEntries(await allOrFirstError(opened)) as Record<Name, WithPicture>;
}

async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUnusablePicture(error) ? ofPicture(name, error) : error;
  }
}
