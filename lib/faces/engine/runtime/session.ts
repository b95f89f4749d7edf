import type { Outputs, Session } from './port.ts';
import { useRuntime } from './this-thread.ts';

/**
 * Loads an ONNX model on this thread, by the runtime that the thread uses.
 * @param model its path or its bytes.
 */
export async function startSession(model: string | Uint8Array): Promise<Session> {
  return (await useRuntime('auto')).start(model);
}

/** Runs a model that has one input, on values of this shape. */
export function runSession(
  session: Session,
  input: Float32Array,
  shape: readonly number[],
): Promise<Outputs> {
  return session.run(input, shape);
}
