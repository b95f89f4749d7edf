import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { errorMessage, type Message, RefusedError } from '../api/client.ts';
import { getEntry } from '../api/endpoints.ts';
import { changeEntry } from '../change-entry.ts';
import { timeOf } from '../format.ts';
import { changedFields, type PersonValues, patchOf, valuesOf } from '../model/person.ts';
import { type NameFault, takenBy } from '../names-there.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { notify } from './live.tsx';
import { PersonFields } from './person-fields.tsx';
import { ErrorNotice, Notice } from './states.tsx';

export interface EditPersonProps {
  readonly entry: BlacklistRecord;
  /** Gets the entry as it is now, with the service's warnings. */
  readonly onSaved: (saved: BlacklistRecord) => void;
  readonly onClose: () => void;
}

/**
 * Changes what is known of a person. If somebody else has saved the entry meanwhile, it shows both texts of
 * each field that both changed, and nothing is overwritten unseen.
 */
export function EditPerson({ entry, onSaved, onClose }: EditPersonProps) {
  const editing = useEditing(entry, (saved) => {
    notify(texts.people.wasSaved(saved.name));
    onSaved(saved);
    onClose();
  });
  const { values, base, theirs, takenOver, isSaving, nameError, error, change, save } = editing;
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  return (
    <Dialog title={texts.people.editPerson(entry.name)} onClose={onClose} wide>
      <form class="form" onSubmit={submit} noValidate>
        {theirs && (
          <div role="alert">
            <Notice kind="warning">
              <strong>{otherSaved(base)}</strong>{' '}
              {Object.keys(theirs).length > 0 ? texts.people.bothShown : texts.people.otherFields}
            </Notice>
          </div>
        )}
        <PersonFields
          values={values}
          nameError={nameError}
          isFirst
          isListed
          isDisabled={isSaving}
          theirs={theirs ?? {}}
          takenOver={takenOver}
          onChange={change}
        />
        <ErrorNotice error={error} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {texts.frame.cancel}
          </button>
          <button type="submit" class="button primary" disabled={isSaving}>
            {texts.frame.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Tells who has saved the entry meanwhile. */
function otherSaved({ updated_by, updated_date }: BlacklistRecord): string {
  const actor = updated_by ?? texts.people.somebodyElse;
  return updated_date
    ? texts.people.otherSavedAt(actor, timeOf(updated_date))
    : texts.people.otherSaved(actor);
}

/** Tells that a name is somebody else's, without a link that would lose what was written. */
async function ofAnother(name: string): Promise<NameFault> {
  const { text } = await takenBy(name);
  return { text: text === texts.people.nameTaken ? texts.people.nameOfAnother : text };
}

function useEditing(entry: BlacklistRecord, onSaved: (saved: BlacklistRecord) => void) {
  /** The entry that the changes are for. */
  const [base, setBase] = useState(entry);
  const [values, setValues] = useState(() => valuesOf(entry));
  const [theirs, setTheirs] = useState<Partial<PersonValues>>();
  /** Fields that somebody else alone has changed. */
  const [takenOver, setTakenOver] = useState<readonly (keyof PersonValues)[]>([]);
  const [isSaving, setSaving] = useState(false);
  const [nameError, setNameError] = useState<NameFault>();
  const [error, setError] = useState<Message>();
  const meet = async () => {
    const latest = await getEntry(entry.id);
    const [before, now] = [valuesOf(base), valuesOf(latest)];
    const mine = changedFields(before, values);
    // An answer was lost: what the person wants is kept already.
    if (mine.every((field) => now[field] === values[field])) return onSaved(latest);
    const disputed = mine.filter((field) => now[field] !== before[field] && now[field] !== values[field]);
    setTheirs(Object.fromEntries(disputed.map((field) => [field, now[field]])));
    setTakenOver(changedFields(before, now).filter((field) => !mine.includes(field)));
    // Changes of the other alone are taken over.
    setValues({ ...now, ...Object.fromEntries(mine.map((field) => [field, values[field]])) });
    setBase(latest);
  };
  const save = async () => {
    setError(undefined);
    setNameError(values.name.trim() === '' ? { text: texts.people.nameNeeded } : undefined);
    if (values.name.trim() === '') return;
    setSaving(true);
    try {
      const patch = patchOf(valuesOf(base), values);
      onSaved(await changeEntry(entry.id, { ...patch, version: base.version }));
    } catch (failure) {
      const status = failure instanceof RefusedError ? failure.status : 0;
      if (status === 409) setNameError(await ofAnother(values.name));
      else if (status === 412) await meet().catch((later) => setError(errorMessage(later)));
      else setError(errorMessage(failure));
      setSaving(false);
    }
  };
  const change = (part: Partial<PersonValues>) => setValues((before) => ({ ...before, ...part }));
  return { values, base, theirs, takenOver, isSaving, nameError, error, change, save };
}
