/** Logistic regression of two measures, by Newton's method. */

/** Keeps the weights finite where the measures tell all apart. */
const ridge = 0.5;

const steps = 30;

/**
 * Fits the logarithm of the odds as a sum of weighted measures.
 * @param rows two measures of each thing.
 * @param labels tells of each whether it is one.
 * @returns the sum where both measures are 0, and the weight of each.
 */
export function fitLogistic(
  rows: readonly (readonly [number, number])[],
  labels: readonly boolean[],
): readonly [number, number, number] {
  let weights: Vector = [0, 0, 0];
  for (let step = 0; step < steps; step++) {
    const slope: Vector = [0, -ridge * weights[1], -ridge * weights[2]];
    const curvature: [Vector, Vector, Vector] = [
      [1e-6, 0, 0],
      [0, ridge, 0],
      [0, 0, ridge],
    ];
    for (const [index, row] of rows.entries()) {
      const values: Vector = [1, ...row];
      const odds = values.reduce((sum, value, at) => sum + value * (weights[at] as number), 0);
      const share = 1 / (1 + Math.exp(-odds));
      for (const one of axes) {
        slope[one] += values[one] * ((labels[index] ? 1 : 0) - share);
        for (const other of axes) curvature[one][other] += share * (1 - share) * values[one] * values[other];
      }
    }
    const change = solve(curvature, slope);
    weights = [weights[0] + change[0], weights[1] + change[1], weights[2] + change[2]];
  }
  return weights;
}

type Vector = [number, number, number];
const axes = [0, 1, 2] as const;

/** Solves three linear equations by Cramer's rule. */
function solve(matrix: readonly [Vector, Vector, Vector], right: Vector): Vector {
  const whole = determinant(matrix);
  return axes.map((axis) => {
    const changed = matrix.map((row, index) => row.with(axis, right[index] as number) as Vector);
    return determinant(changed as [Vector, Vector, Vector]) / whole;
  }) as Vector;
}

function determinant([[a, b, c], [d, e, f], [g, h, i]]: readonly [Vector, Vector, Vector]): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
