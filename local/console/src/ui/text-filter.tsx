import { useEffect, useId, useState } from 'preact/hooks';

interface TextFilterProps {
  label: string;
  value: string;
  /** A pattern for numbers brings up the keyboard with digits. */
  pattern?: string;
  /** Sentence below the field. */
  hint?: string;
  onChange: (value: string) => void;
}

/** Filters by a text. It counts once it is written to the end. Until then, answers leave it alone. */
export function TextFilter({ label, value, pattern, hint, onChange }: TextFilterProps) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        dir="auto"
        aria-describedby={hint && `${id}-hint`}
        maxLength={200}
        {...(pattern && { pattern, inputMode: 'numeric' as const })}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onChange={({ currentTarget }) => onChange(currentTarget.value.trim())}
      />
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}
