import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';

/** Shows a field below its label. */
export function Field({
  id,
  label,
  isOptional = false,
  children,
}: {
  id: string;
  label: string;
  isOptional?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={id}>
        {label} {isOptional && <span class="hint">{texts.frame.optional}</span>}
      </label>
      {children}
    </div>
  );
}
