/**
 * Rule for a picture that several people have: it tells nothing about whom it shows, so it lists nobody, and
 * is held back from all others.
 */

/** Somebody who has a picture. */
export interface PictureOwner {
  readonly name: string;
  /** True if the person's entry is suspended or has expired, so that nobody matches it. */
  readonly isOutOfForce: boolean;
}

/**
 * Finds the others who have a person's picture: first those who are listed, then those of the same import.
 * There are none for a picture that the person's own entry has, because adding it changes nothing.
 */
export function otherOwners(
  name: string,
  listed: readonly PictureOwner[],
  imported: readonly PictureOwner[],
): PictureOwner[] {
  if (listed.some((owner) => owner.name === name)) return [];
  const others = [...listed, ...imported].filter((owner) => owner.name !== name);
  return [...Map.groupBy(others, (owner) => owner.name).values()].flatMap(([first]) => first ?? []);
}
