import type { ComponentChildren } from 'preact';

export interface FactProps {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly isLong?: boolean;
}

export function Fact({ name, value, isLong = false }: FactProps) {
  return (
    <div class={isLong ? 'long' : ''}>
      <dt>{name}</dt>
      <dd dir="auto">{value}</dd>
    </div>
  );
}
