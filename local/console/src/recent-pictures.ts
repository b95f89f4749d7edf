/** Names a picture of the history. A service whose backup was put back gives a number a second time. */
export interface PictureName {
  readonly id: number | null;
  readonly time: string | null;
}

/** Longest time between a picture's record and the event that tells of it. */
const sameWithinMs = 10 * 60_000;

/** Returns true if both are one picture, as far as their times tell. */
export function isSamePicture(one: PictureName, other: PictureName): boolean {
  const apart = Math.abs(Date.parse(one.time ?? '') - Date.parse(other.time ?? ''));
  return one.id === other.id && !(apart > sameWithinMs);
}

/** Remembers the last pictures that it was given. */
export class RecentPictures {
  readonly #pictures = new Map<number | null, PictureName>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  has(picture: PictureName): boolean {
    const known = this.#pictures.get(picture.id);
    return known !== undefined && isSamePicture(known, picture);
  }

  /** Adds a picture. Returns false if it is among them already. */
  add(picture: PictureName): boolean {
    if (this.has(picture)) return false;
    this.#pictures.delete(picture.id);
    this.#pictures.set(picture.id, picture);
    const [oldest] = this.#pictures.keys();
    if (this.#pictures.size > this.#most && oldest !== undefined) this.#pictures.delete(oldest);
    return true;
  }
}
