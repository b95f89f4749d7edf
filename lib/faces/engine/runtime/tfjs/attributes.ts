import type { ModelNode } from '../../onnx/model.ts';

/** A node's attributes by the types that its operator gives them. */
export class Attributes {
  readonly #node: ModelNode;

  constructor(node: ModelNode) {
    this.#node = node;
  }

  number(name: string, usual: number): number {
    const value = this.#node.attributes[name];
    return typeof value === 'number' ? value : usual;
  }

  text(name: string, usual: string): string {
    const value = this.#node.attributes[name];
    return typeof value === 'string' ? value : usual;
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.#node.attributes[name];
    return Array.isArray(value) ? (value as readonly number[]) : undefined;
  }

  /**
   * Refuses an attribute's value.
   * @throws Error that says what tfjs lacks
   */
  refuse(name: string, value: unknown): never {
    throw new Error(`its operator ${this.#node.operator} has ${name}=${value}, which the runtime tfjs lacks`);
  }
}
