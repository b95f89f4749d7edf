/** Most sources that are told apart: each is a series of its own for whoever keeps the figures. */
const maxSources = 100;
const others = 'other';

/** Names sources in figures: the first hundred by their names, all later ones as `other`. */
export class SourceLabels {
  readonly #known = new Set<string>();

  /** Returns the labels of a picture's figures; none without a source. */
  labelsOf(source: string | null): { source?: string } {
    if (source === null) return {};
    if (!this.#known.has(source) && this.#known.size >= maxSources) return { source: others };
    this.#known.add(source);
    return { source };
  }
}
