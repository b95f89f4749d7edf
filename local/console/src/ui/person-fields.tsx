import { useEffect, useId, useRef } from 'preact/hooks';
import type { PersonValues } from '../model/person.ts';
import { texts } from '../texts.ts';
import { Field } from './field.tsx';

const maxNameLength = 100;
const maxReasonLength = 255;
const maxCategoryLength = 50;
const maxNotesLength = 5_000;

export interface PersonFieldsProps {
  readonly values: PersonValues;
  readonly nameError: string | undefined;
  /** True if the name takes the focus first. */
  readonly isFirst?: boolean;
  readonly isDisabled: boolean;
  /** True for a person who is listed, and can be suspended. */
  readonly isListed?: boolean;
  /** Values of somebody else, who saved meanwhile, of the fields in which they differ. */
  readonly theirs?: Partial<PersonValues>;
  readonly onChange: (part: Partial<PersonValues>) => void;
}

/** Shows the fields of a person's entry. */
export function PersonFields(props: PersonFieldsProps) {
  const { values, nameError, isFirst = false, isDisabled, isListed = false, onChange } = props;
  const id = useId();
  const nameField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) nameField.current?.select();
  }, []);
  useEffect(() => {
    if (nameError !== undefined && !isDisabled) nameField.current?.focus();
  }, [nameError, isDisabled]);
  const theirs = (field: keyof PersonValues) => <Theirs {...props} field={field} />;
  return (
    <div class="fields">
      <Field id={`${id}-name`} label={texts.people.fields.name}>
        <input
          ref={nameField}
          id={`${id}-name`}
          type="text"
          dir="auto"
          autocomplete="off"
          required
          maxLength={maxNameLength}
          value={values.name}
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
        {theirs('name')}
      </Field>
      <Field id={`${id}-reason`} label={texts.people.fields.reason} isOptional>
        <textarea
          id={`${id}-reason`}
          rows={2}
          dir="auto"
          maxLength={maxReasonLength}
          value={values.reason}
          disabled={isDisabled}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => onChange({ reason: currentTarget.value })}
        />
        <p class="hint" id={`${id}-hint`}>
          {texts.people.shownLarge(values.reason.length, maxReasonLength)}
        </p>
        {theirs('reason')}
      </Field>
      <div class="field-row">
        <Field id={`${id}-severity`} label={texts.people.fields.severity} isOptional>
          <select
            id={`${id}-severity`}
            value={values.severity}
            disabled={isDisabled}
            onChange={({ currentTarget }) =>
              onChange({ severity: currentTarget.value as PersonValues['severity'] })
            }
          >
            <option value="">{texts.people.notSaid}</option>
            <option value="info">{texts.people.severities.info}</option>
            <option value="warning">{texts.people.severities.warning}</option>
            <option value="danger">{texts.people.severities.danger}</option>
          </select>
          {theirs('severity')}
        </Field>
        <Field id={`${id}-category`} label={texts.people.fields.category} isOptional>
          <input
            id={`${id}-category`}
            type="text"
            dir="auto"
            maxLength={maxCategoryLength}
            value={values.category}
            disabled={isDisabled}
            onInput={({ currentTarget }) => onChange({ category: currentTarget.value })}
          />
          {theirs('category')}
        </Field>
        <Field id={`${id}-until`} label={texts.people.fields.lastDay} isOptional>
          <input
            id={`${id}-until`}
            type="date"
            value={values.lastDay}
            disabled={isDisabled}
            aria-describedby={`${id}-until-hint`}
            onChange={({ currentTarget }) => onChange({ lastDay: currentTarget.value })}
          />
          <p class="hint" id={`${id}-until-hint`}>
            {texts.people.afterThisDay}
          </p>
          {theirs('lastDay')}
        </Field>
      </div>
      <Field id={`${id}-notes`} label={texts.people.fields.notes} isOptional>
        <textarea
          id={`${id}-notes`}
          rows={3}
          dir="auto"
          maxLength={maxNotesLength}
          value={values.notes}
          disabled={isDisabled}
          onInput={({ currentTarget }) => onChange({ notes: currentTarget.value })}
        />
        {theirs('notes')}
      </Field>
      {isListed && (
        <div class="field">
          <label class="checkbox">
            <input
              type="checkbox"
              checked={values.suspended}
              disabled={isDisabled}
              onChange={({ currentTarget }) => onChange({ suspended: currentTarget.checked })}
            />
            <span>{texts.people.suspendedField}</span>
          </label>
          {theirs('suspended')}
        </div>
      )}
    </div>
  );
}

/** Shows what somebody else has saved in a field meanwhile, and lets it be taken over. */
function Theirs({
  field,
  theirs = {},
  isDisabled,
  onChange,
}: PersonFieldsProps & { field: keyof PersonValues }) {
  const value = theirs[field];
  if (value === undefined) return null;
  const shown = typeof value === 'boolean' ? (value ? texts.people.yes : texts.people.no) : value;
  return (
    <div class="theirs">
      <div>
        <p class="hint">{texts.people.savedMeanwhile(texts.people.fields[field])}</p>
        <p class="theirs-text" dir="auto">
          {shown || <span class="hint">{texts.people.empty}</span>}
        </p>
      </div>
      <button
        type="button"
        class="button"
        disabled={isDisabled}
        onClick={() => onChange({ [field]: value })}
        aria-label={texts.people.takeTheirField[field]}
      >
        {texts.people.takeTheirs}
      </button>
    </div>
  );
}
