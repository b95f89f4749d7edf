/** Makes a vector of length 1 in a random direction. */
export function normalVector(length: number): Float32Array {
  const vector = new Float32Array(length);
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const value = Math.random() + Math.random() + Math.random() - 1.5;
    vector[i] = value;
    squares += value * value;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < length; i++) vector[i] = (vector[i] as number) * scale;
  return vector;
}
