/** A point in pixels of a picture, `[x, y]`. */
export type Point = readonly [number, number];

/**
 * Map from `(x, y)` of the source to `(a*x - b*y + tx, b*x + a*y + ty)` of the destination: a rotation, a
 * scaling and a shift.
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/**
 * Fits the similarity that maps the source points closest to the destination points, by least squares
 * (Umeyama 1991, in the plane and without reflection).
 * @param source at least 2 points
 * @param destination as many points
 */
export function fitSimilarity(source: readonly Point[], destination: readonly Point[]): Similarity {
  const [sourceX, sourceY] = centroid(source);
  const [destinationX, destinationY] = centroid(destination);
  let along = 0;
  let across = 0;
  let spread = 0;
  source.forEach(([x, y], index) => {
    const [u, v] = destination[index] as Point;
    const dx = x - sourceX;
    const dy = y - sourceY;
    along += dx * (u - destinationX) + dy * (v - destinationY);
    across += dx * (v - destinationY) - dy * (u - destinationX);
    spread += dx * dx + dy * dy;
  });
  const a = along / spread;
  const b = across / spread;
  return { a, b, tx: destinationX - a * sourceX + b * sourceY, ty: destinationY - b * sourceX - a * sourceY };
}

function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

/** Maps a point of a square back to the picture. */
export function unmap({ a, b, tx, ty }: Similarity, [u, v]: Point): Point {
  const norm = a * a + b * b;
  return [(a * (u - tx) + b * (v - ty)) / norm, (a * (v - ty) - b * (u - tx)) / norm];
}
