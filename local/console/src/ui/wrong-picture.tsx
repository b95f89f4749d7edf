import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { useLacks } from '../api/caller.ts';
import { errorMessage, type Message } from '../api/client.ts';
import { changeEntry } from '../change-entry.ts';
import { list } from '../format.ts';
import { notify } from '../notices.ts';
import { texts } from '../texts.ts';
import { ErrorNotice, Notice } from './states.tsx';

/** Tells whoever may add pictures, but not remove them, to look first. */
export function LookFirst() {
  return useLacks('admin') ? <p class="hint">{texts.people.onlyAdminRemoves}</p> : null;
}

export interface AddedWronglyProps {
  readonly entry: BlacklistRecord;
  /** File names of the pictures that were added, as the service has them. */
  readonly names: readonly string[];
  readonly onSuspended: () => void;
}

/** Tells an editor what an admin has to know if an added picture is wrong, and offers a way until then. */
export function AddedWrongly({ entry, names, onSuspended }: AddedWronglyProps) {
  const lacksRemoving = useLacks('admin');
  const [error, setError] = useState<Message>();
  if (!lacksRemoving || names.length === 0) return null;
  const { id, name, version, suspended } = entry;
  const suspend = async () => {
    setError(undefined);
    try {
      await changeEntry(id, { suspended: true, version });
      notify(texts.people.wasSaved(name));
      onSuspended();
    } catch (failure) {
      setError(errorMessage(failure));
    }
  };
  return (
    <div role="status">
      <Notice kind="warning">
        <p>{texts.people.tellAdmin(list(names), name, String(id))}</p>
        <ErrorNotice error={error} />
        {!suspended && (
          <button type="button" class="button" onClick={() => void suspend()}>
            {texts.people.suspendUntilThen(name)}
          </button>
        )}
      </Notice>
    </div>
  );
}
