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

/** People found. `remarks` names what can't be used, and `passedOver` what systems create. */
export interface FoundPeople {
  readonly persons: readonly FoundPerson[];
  readonly remarks: readonly string[];
  readonly passedOver: ReadonlySet<string>;
}
