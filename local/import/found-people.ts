/** A picture of a person who is to be listed. */
export interface PersonPicture {
  /** Name for messages, and for the reference image. */
  readonly name: string;
  /**
   * Reads it.
   * @throws InputUnreadableError, InputTooLargeError
   */
  read(maxBytes: number): Promise<Uint8Array>;
}

/** A person of another service, a table or a folder. */
export interface FoundPerson {
  /** Name in its normal form. */
  readonly name: string;
  readonly reason: string | null;
  readonly pictures: readonly PersonPicture[];
}

/** Tells of people whose names were found more than once, how each was written. */
export function joinedLines(written: ReadonlyMap<string, readonly string[]>): string[] {
  return [...written].flatMap(([name, ways]) =>
    ways.length > 1 ? [`${name}: ${ways.map((way) => `'${way}'`).join(', ')}`] : [],
  );
}

/** People found. `remarks` names what can't be used, and `passedOver` what systems create. */
export interface FoundPeople {
  readonly persons: readonly FoundPerson[];
  readonly remarks: readonly string[];
  /** Lines about people whose names were written in several ways, which are one name. */
  readonly joined: readonly string[];
  readonly passedOver: ReadonlySet<string>;
}
