import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { isUnanswered } from '../api/again.ts';
import { errorMessage, type Message, RefusedError } from '../api/client.ts';
import { changeEntry, stayingEntry } from '../change-entry.ts';
import { timeOf } from '../format.ts';
import { useHeldTab } from '../held-tab.ts';
import { changedFields, type PersonValues, patchOf, valuesOf } from '../model/person.ts';
import { type NameFault, takenBy } from '../names-there.ts';
import { notify } from '../notices.ts';
import { holdPage } from '../routes.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { LeaveUnsettled } from './leave-unsettled.tsx';
import { PersonFields } from './person-fields.tsx';
import { ErrorNotice, Notice } from './states.tsx';

export interface EditPersonProps {
  readonly entry: BlacklistRecord;
  /** True once somebody else has deleted the entry, or merged it into another one. */
  readonly isGone: boolean;
  /** Gets the entry as it is now, with the service's warnings. */
  readonly onSaved: (saved: BlacklistRecord) => void;
  readonly onClose: () => void;
}

/**
 * Changes what is known of a person. If somebody else has saved the entry meanwhile, it shows both texts of
 * each field that both changed, and nothing is overwritten unseen. Of an entry that was merged, what was
 * written is for the one that stays; of a deleted one, it stays to be copied.
 */
export function EditPerson({ entry, isGone, onSaved, onClose }: EditPersonProps) {
  const editing = useEditing({
    entry,
    isGone,
    onSaved: (saved) => {
      notify(texts.people.wasSaved(saved.name));
      onSaved(saved);
      onClose();
    },
    onClose,
  });
  const { values, base, theirs, takenOver, isSaving, nameError, error, change, save } = editing;
  const { leave, question } = useLeaving(editing.isChanged, onClose);
  return (
    <Dialog title={texts.people.editPerson(base.name)} onClose={leave} wide>
      <form class="form" onSubmit={(event) => void save(event)} noValidate>
        <Overtaken entry={entry} editing={editing} />
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
          {!editing.isDeleted && (
            <button type="submit" class="button primary" disabled={isSaving}>
              {texts.frame.save}
            </button>
          )}
        </div>
      </form>
      {question}
    </Dialog>
  );
}

/** Asks before what was written is dropped: a key, a press beside the dialog, or *Back* may be a mistake. */
function useLeaving(isChanged: boolean, onClose: () => void) {
  const [leaving, setLeaving] = useState<'dialog' | 'page'>();
  const release = useRef(() => {});
  useLayoutEffect(() => {
    if (!isChanged) return;
    release.current = holdPage(() => setLeaving('page'));
    return () => release.current();
  }, [isChanged]);
  const leave = () => {
    release.current();
    onClose();
    if (leaving === 'page') history.back();
  };
  const question = leaving && (
    <LeaveUnsettled title={texts.people.leaveUnsaved} onLeave={leave} onClose={() => setLeaving(undefined)}>
      <p>{texts.people.isUnsaved}</p>
    </LeaveUnsettled>
  );
  return { leave: () => (isChanged ? setLeaving('dialog') : onClose()), question };
}

/** Says what somebody else has done with the entry meanwhile. */
function Overtaken({ entry, editing }: { entry: BlacklistRecord; editing: ReturnType<typeof useEditing> }) {
  const { base, theirs, isDeleted } = editing;
  if (theirs === undefined && !isDeleted) return null;
  const isMerged = base.id !== entry.id;
  const { bothShown, otherFields, deletedWhileWriting, mergedWhileWriting } = texts.people;
  return (
    <div role="alert">
      <Notice kind="warning">
        {isDeleted && <strong>{deletedWhileWriting(base.name)}</strong>}
        {!isDeleted && isMerged && <strong>{mergedWhileWriting(entry.name, base.name)}</strong>}
        {!isDeleted && !isMerged && (
          <>
            <strong>{otherSaved(base)}</strong>{' '}
            {Object.keys(theirs ?? {}).length > 0 ? bothShown : otherFields}
          </>
        )}
      </Notice>
    </div>
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

function useEditing({ entry, isGone, onSaved, onClose }: EditPersonProps) {
  /** The entry that the changes are for. */
  const [base, setBase] = useState(entry);
  const [values, setValues] = useState(() => valuesOf(entry));
  const [theirs, setTheirs] = useState<Partial<PersonValues>>();
  /** Fields that somebody else alone has changed. */
  const [takenOver, setTakenOver] = useState<readonly (keyof PersonValues)[]>([]);
  const [isDeleted, setDeleted] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [nameError, setNameError] = useState<NameFault>();
  const [error, setError] = useState<Message>();
  const isChanged = changedFields(valuesOf(base), values).length > 0;
  useHeldTab(isSaving || isChanged);
  const meet = async () => {
    const latest = await stayingEntry(base.id);
    const before = valuesOf(base);
    const mine = changedFields(before, values);
    if (latest?.id !== base.id && mine.length === 0) return onClose();
    if (latest === undefined) return setDeleted(true);
    const now = valuesOf(latest);
    // An answer was lost: what the person wants is kept already.
    if (mine.every((field) => now[field] === values[field])) return onSaved(latest);
    const disputed = mine.filter((field) => now[field] !== before[field] && now[field] !== values[field]);
    setTheirs(Object.fromEntries(disputed.map((field) => [field, now[field]])));
    setTakenOver(changedFields(before, now).filter((field) => !mine.includes(field)));
    // Changes of the other alone are taken over.
    setValues({ ...now, ...Object.fromEntries(mine.map((field) => [field, values[field]])) });
    setBase(latest);
  };
  const meetOrTell = () => meet().catch((later) => setError(errorMessage(later)));
  useEffect(() => {
    if (isGone) void meetOrTell();
  }, [isGone]);
  const save = async (event: Event) => {
    event.preventDefault();
    setError(undefined);
    setNameError(values.name.trim() === '' ? { text: texts.people.nameNeeded } : undefined);
    if (values.name.trim() === '') return;
    setSaving(true);
    try {
      const patch = patchOf(valuesOf(base), values);
      onSaved(await changeEntry(base.id, { ...patch, version: base.version }));
    } catch (failure) {
      const status = failure instanceof RefusedError ? failure.status : 0;
      if (status === 409) setNameError(await ofAnother(values.name));
      else if (status === 412 || status === 404) await meetOrTell();
      else setError(isUnanswered(failure) ? { text: texts.people.notKnown } : errorMessage(failure));
      setSaving(false);
    }
  };
  const change = (part: Partial<PersonValues>) => setValues((before) => ({ ...before, ...part }));
  return { values, base, theirs, takenOver, isDeleted, isChanged, isSaving, nameError, error, change, save };
}
