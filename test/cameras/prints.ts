import type { FacePrint } from '../../lib/faces/print.ts';

/** Makes a print of length 1 at an angle, in degrees; two are as far apart as their angles say. */
export function printAt(degrees: number, network = 'Test'): FacePrint {
  const radians = (degrees * Math.PI) / 180;
  return { vectors: { [network]: Float32Array.of(Math.cos(radians), Math.sin(radians), 0) } };
}
