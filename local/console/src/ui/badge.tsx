import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export type BadgeKind = 'match' | 'danger' | 'possible' | 'cannot-tell' | 'clear' | 'warning' | 'neutral';

const icons: Partial<Record<BadgeKind, IconName>> = {
  match: 'warning',
  danger: 'warning',
  possible: 'question',
  'cannot-tell': 'question',
  clear: 'tick',
  warning: 'warning',
};

/** Shows a short verdict; its words say what its colour does. */
export function Badge({ kind, children }: { kind: BadgeKind; children: ComponentChildren }) {
  const icon = icons[kind];
  return (
    <span class={`badge ${kind}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}
