/** Least number of faces for which another worker is asked: fewer would not be worth the message. */
const leastShare = 4;

/** Number of faces from which on a worker asks whether others are free. */
export const crowdSize = 2 * leastShare;

/**
 * Shares a crowd's faces out among workers, as evenly as can be.
 * @param workers number of workers that are free, the asking one included
 * @returns number of faces of each worker that gets some, the asking one's first
 */
export function sharesOf(faces: number, workers: number): number[] {
  const parts = Math.max(1, Math.min(workers, Math.floor(faces / leastShare)));
  return Array.from(
    { length: parts },
    (_, part) => Math.floor(((part + 1) * faces) / parts) - Math.floor((part * faces) / parts),
  );
}

/** Findings about one of a crowd's faces. */
interface Findings {
  readonly embeddings: unknown;
  readonly hits: unknown;
}

/** Joins a crowd's faces with what others found out about those after the first ones. */
export function joinShares<Face extends Findings>(
  faces: readonly Face[],
  parts: readonly (readonly Findings[])[],
): Face[] {
  const others = parts.flat();
  const first = faces.length - others.length;
  return faces.map((face, index) => {
    const { embeddings, hits } = others[index - first] ?? face;
    return { ...face, embeddings, hits };
  });
}
