import { useEffect, useId, useRef } from 'preact/hooks';

const maxNameLength = 100;
const maxReasonLength = 255;

export interface PersonFieldsProps {
  readonly name: string;
  readonly reason: string;
  readonly nameError: string | undefined;
  /** True if the name takes the focus first. */
  readonly isFirst?: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (part: { name?: string; reason?: string }) => void;
}

/** Shows the fields for a person's name and the reason of the entry. */
export function PersonFields({
  name,
  reason,
  nameError,
  isFirst = false,
  isDisabled,
  onChange,
}: PersonFieldsProps) {
  const id = useId();
  const nameField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) nameField.current?.select();
  }, []);
  useEffect(() => {
    if (nameError !== undefined && !isDisabled) nameField.current?.focus();
  }, [nameError, isDisabled]);
  return (
    <div class="fields">
      <div class="field">
        <label for={`${id}-name`}>Name</label>
        <input
          ref={nameField}
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
