import type { EngineFigures } from '../../port.ts';
import type { ValueDescription } from '../onnx/model.ts';

export type RuntimeName = EngineFigures['runtime'];

/** Runs ONNX models on this thread. */
export interface Runtime {
  readonly name: RuntimeName;
  /**
   * Loads a model.
   * @param model its path or its bytes.
   * @throws Error in words for whoever made the model when it can't be run.
   */
  start(model: string | Uint8Array): Promise<Session>;
}

/** Each output's values by its name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/** A loaded model. */
export interface Session {
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
  /**
   * Runs a model that has one input.
   * @param input 32-bit floats of this shape.
   */
  run(input: Float32Array, shape: readonly number[]): Promise<Outputs>;
  /** Gives the model's memory back. */
  release(): Promise<void>;
}
