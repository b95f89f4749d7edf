import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { messageOf, RefusedError } from '../api/client.ts';
import { updateEntry } from '../api/endpoints.ts';
import { Dialog } from './dialog.tsx';
import { tell } from './live.tsx';
import { PersonFields } from './person-fields.tsx';
import { Notice } from './states.tsx';

export interface EditPersonProps {
  readonly entry: BlacklistRecord;
  /** Gets the entry as it is now, with the service's warnings. */
  readonly onSaved: (saved: BlacklistRecord) => void;
  readonly onClose: () => void;
}

/** Changes a person's name and reason. */
export function EditPerson({ entry, onSaved, onClose }: EditPersonProps) {
  const [fields, setFields] = useState({ name: entry.name, reason: entry.reason ?? '' });
  const [isSaving, setSaving] = useState(false);
  const [nameError, setNameError] = useState<string>();
  const [error, setError] = useState<string>();
  const save = async (event: Event) => {
    event.preventDefault();
    const name = fields.name.trim();
    setError(undefined);
    setNameError(name === '' ? 'A name is needed.' : undefined);
    if (name === '') return;
    setSaving(true);
    try {
      const saved = await updateEntry(entry.id, { name, reason: fields.reason.trim() || null });
      tell(`${saved.name} was saved.`);
      onSaved(saved);
      onClose();
    } catch (failure) {
      setSaving(false);
      if (failure instanceof RefusedError && failure.status === 409) {
        setNameError('Somebody else is listed under this name.');
      } else setError(messageOf(failure));
    }
  };
  return (
    <Dialog title={`Edit ${entry.name}`} onClose={onClose}>
      <form class="form" onSubmit={save} noValidate>
        <PersonFields
          {...fields}
          nameError={nameError}
          isFirst
          isDisabled={isSaving}
          onChange={(part) => setFields((before) => ({ ...before, ...part }))}
        />
        {error !== undefined && (
          <div role="alert">
            <Notice kind="warning">{error}</Notice>
          </div>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isSaving}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
