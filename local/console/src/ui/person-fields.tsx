import { useEffect, useId, useRef } from 'preact/hooks';
import type { PersonValues } from '../model/person.ts';
import type { NameFault } from '../names-there.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Field } from './field.tsx';

const maxNameLength = 100;
const maxReasonLength = 255;
const maxCategoryLength = 50;
const maxNotesLength = 5_000;

export interface PersonFieldsProps {
  readonly values: PersonValues;
  readonly nameError: NameFault | undefined;
  /** True if the name takes the focus first. */
  readonly isFirst?: boolean;
  readonly isDisabled: boolean;
  /** True for a person who is listed, and can be suspended. */
  readonly isListed?: boolean;
  /** Values of somebody else, who saved meanwhile, of the fields in which they differ. */
  readonly theirs?: Partial<PersonValues>;
  /** Fields that show what somebody else alone has saved meanwhile. */
  readonly takenOver?: readonly (keyof PersonValues)[];
  readonly onChange: (part: Partial<PersonValues>) => void;
}

/** Shows the fields of a person's entry. */
export function PersonFields(props: PersonFieldsProps) {
  return (
    <div class="fields">
      <NameField {...props} />
      <ReasonField {...props} />
      <div class="field-row">
        <SeverityField {...props} />
        <CategoryField {...props} />
        <LastDayField {...props} />
      </div>
      <NotesField {...props} />
      {props.isListed && <SuspendedField {...props} />}
    </div>
  );
}

function NameField(props: PersonFieldsProps) {
  const { values, nameError, isFirst = false, isDisabled, onChange } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) input.current?.select();
  }, []);
  useEffect(() => {
    if (nameError !== undefined && !isDisabled) input.current?.focus();
  }, [nameError, isDisabled]);
  return (
    <Field id={id} label={texts.people.fields.name}>
      <input
        ref={input}
        id={id}
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
          {nameError.text}{' '}
          {nameError.entry && (
            <a href={paths.entry(nameError.entry.id)}>{texts.people.open(nameError.entry.name)}</a>
          )}
        </p>
      )}
      <Theirs {...props} field="name" />
    </Field>
  );
}

function ReasonField(props: PersonFieldsProps) {
  const { values, isDisabled, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={texts.people.fields.reason} isOptional>
      <textarea
        id={id}
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
      <Theirs {...props} field="reason" />
    </Field>
  );
}

function SeverityField(props: PersonFieldsProps) {
  const { values, isDisabled, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={texts.people.fields.severity} isOptional>
      <select
        id={id}
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
      <Theirs {...props} field="severity" />
    </Field>
  );
}

function CategoryField(props: PersonFieldsProps) {
  const { values, isDisabled, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={texts.people.fields.category} isOptional>
      <input
        id={id}
        type="text"
        dir="auto"
        maxLength={maxCategoryLength}
        value={values.category}
        disabled={isDisabled}
        onInput={({ currentTarget }) => onChange({ category: currentTarget.value })}
      />
      <Theirs {...props} field="category" />
    </Field>
  );
}

function LastDayField(props: PersonFieldsProps) {
  const { values, isDisabled, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={texts.people.fields.lastDay} isOptional>
      <input
        id={id}
        type="date"
        value={values.lastDay}
        disabled={isDisabled}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => onChange({ lastDay: currentTarget.value })}
      />
      <p class="hint" id={`${id}-hint`}>
        {texts.people.afterThisDay}
      </p>
      <Theirs {...props} field="lastDay" />
    </Field>
  );
}

function NotesField(props: PersonFieldsProps) {
  const { values, isDisabled, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={texts.people.fields.notes} isOptional>
      <textarea
        id={id}
        rows={3}
        dir="auto"
        maxLength={maxNotesLength}
        value={values.notes}
        disabled={isDisabled}
        onInput={({ currentTarget }) => onChange({ notes: currentTarget.value })}
      />
      <Theirs {...props} field="notes" />
    </Field>
  );
}

function SuspendedField(props: PersonFieldsProps) {
  const { values, isDisabled, onChange } = props;
  return (
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
      <Theirs {...props} field="suspended" />
    </div>
  );
}

/** Shows what somebody else has saved in a field meanwhile, and lets it be taken over. */
function Theirs({
  field,
  theirs = {},
  takenOver = [],
  isDisabled,
  onChange,
}: PersonFieldsProps & { field: keyof PersonValues }) {
  const value = theirs[field];
  if (value === undefined) {
    return takenOver.includes(field) ? (
      <p class="hint theirs">{texts.people.takenOver(texts.people.fields[field])}</p>
    ) : null;
  }
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
