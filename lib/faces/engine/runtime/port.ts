import type { EngineFigures } from '../../port.ts';
import type { ValueDescription } from '../onnx/model.ts';

export type RuntimeName = EngineFigures['runtime'];

/**
 * Runs ONNX models on this thread.
 * @example
 * const session = await runtime.start('models/blazeface.onnx');
 * const outputs = await session.run(values, [1, 3, 128, 128]);
 */
export interface Runtime {
  readonly name: RuntimeName;
  /**
   * Loads a model.
   * @param model its path or its bytes
   * @throws Error when it can't be run; the message is for the model's author
   */
  start(model: string | Uint8Array): Promise<Session>;
}

/** Values of each output, by its name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/** A loaded model. */
export interface Session {
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
  /**
   * Runs a model that has one input.
   * @param input 32-bit floats of this shape
   * @throws any error of the runtime
   */
  run(input: Float32Array, shape: readonly number[]): Promise<Outputs>;
  /**
   * Frees the model's memory.
   * @throws any error of the runtime
   */
  release(): Promise<void>;
}
