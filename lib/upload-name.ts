/** Name of an upload's file or object. */
const uploadName =
  /^(?:keep-(?:matches|none)-)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.(?:jpg|png|webp|gif)$/;

/** Returns true for the name of a picture that was sent for a request. */
export function isUploadName(name: string): boolean {
  return uploadName.test(name);
}

/** Characters of an upload's id that tell it from all others. */
const leastIdLength = 8;

/**
 * Returns the key of the upload that a result's input names, as far as it was kept: the end of a long one is
 * cut off. Returns `undefined` where it names none.
 */
export function uploadKeyStart(identifier: string): string | undefined {
  const [start, id = ''] =
    /(?<=^|\/)uploads\/(?:keep-(?:matches|none)-)?([\da-f-]{1,36}(?:\.[a-z]{3,4})?)(?=$|\.\.\.$)/.exec(
      identifier,
    ) ?? [];
  return id.length >= leastIdLength ? start : undefined;
}
