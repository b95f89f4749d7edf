import type { RefObject } from 'preact';
import { useId } from 'preact/hooks';

export const maxNameLength = 100;
const maxReasonLength = 255;

export interface PersonFieldsProps {
  readonly name: string;
  readonly reason: string;
  readonly nameError: string | undefined;
  readonly nameField?: RefObject<HTMLInputElement | null>;
  readonly isDisabled: boolean;
  readonly onChange: (part: { name?: string; reason?: string }) => void;
}

/** Who a person is, and why they are listed. */
export function PersonFields({
  name,
  reason,
  nameError,
  nameField,
  isDisabled,
  onChange,
}: PersonFieldsProps) {
  const id = useId();
  return (
    <div class="fields">
      <div class="field">
        <label for={`${id}-name`}>Name</label>
        <input
          {...(nameField && { ref: nameField })}
          id={`${id}-name`}
          type="text"
          autocomplete="off"
          required
          maxLength={maxNameLength}
          value={name}
          disabled={isDisabled}
          aria-invalid={nameError !== undefined}
          aria-describedby={nameError === undefined ? undefined : `${id}-wrong`}
          onInput={({ currentTarget }) => onChange({ name: currentTarget.value })}
        />
        {nameError !== undefined && (
          <p class="field-error" id={`${id}-wrong`} role="alert">
            {nameError}
          </p>
        )}
      </div>
      <div class="field">
        <label for={`${id}-reason`}>
          Reason <span class="hint">optional</span>
        </label>
        <textarea
          id={`${id}-reason`}
          rows={2}
          maxLength={maxReasonLength}
          value={reason}
          disabled={isDisabled}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => onChange({ reason: currentTarget.value })}
        />
        <p class="hint" id={`${id}-hint`}>
          What the people at the desk should know. {reason.length} of {maxReasonLength} characters.
        </p>
      </div>
    </div>
  );
}
