/** Names of no person: those of the parts of this service, and of clients without a token of their own. */
const nobodys = new Set('local anonymous unknown sweep inbox enroll reindex audit camera'.split(' '));

/** Fields of records and of lines of the audit trail that name who did something. */
const namingFields = new Set(['actor', 'added_by', 'updated_by']);

/**
 * Replaces the names of those who work with the service, each by a number of its own. Whoever asks what is
 * kept of them has a right to the record, and others to their names.
 * @example const { replaced } = new StaffNames(); replaced({ actor: 'jane' }); // { actor: 'staff 1' }
 */
export class StaffNames {
  readonly #numbers = new Map<string, number>();

  /** Returns the value, as JSON has it, with other names in the fields that tell who did something. */
  readonly replaced = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (field, inner) =>
      namingFields.has(field) && typeof inner === 'string' ? this.#pseudonym(inner) : inner,
    );

  #pseudonym(name: string): string {
    if (nobodys.has(name)) return name;
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1;
    this.#numbers.set(name, number);
    return `staff ${number}`;
  }
}
