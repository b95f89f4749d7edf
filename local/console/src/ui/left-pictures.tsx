import { useMay } from '../api/caller.ts';
import { clearDraft, isNotAdded, movePictures, newPersonPictures, picturesFor } from '../draft.ts';
import { go, paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { DraftPictures } from './draft-pictures.tsx';
import { Notice } from './states.tsx';

/** Shows the pictures that were chosen for an entry which is gone. They can list the person anew. */
export function LeftPictures({ entryId }: { entryId: number }) {
  const draft = picturesFor(entryId);
  const left = useStore(draft).filter(isNotAdded);
  const mayEdit = useMay('editor');
  if (!mayEdit || left.length === 0) return null;
  const isBusy = left.some(({ state }) => state === 'looking' || state === 'sending');
  const listAnew = () => {
    movePictures(draft, newPersonPictures);
    go(paths.addPerson);
  };
  return (
    <section class="add-pictures">
      <div role="alert">
        <Notice kind="warning">{texts.people.picturesLeft}</Notice>
      </div>
      <DraftPictures draft={draft} isBusy={isBusy} entryId={entryId} />
      <div class="actions end">
        <button type="button" class="button" disabled={isBusy} onClick={() => clearDraft(draft)}>
          {texts.frame.cancel}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={listAnew}>
          {texts.people.addPerson}
        </button>
      </div>
    </section>
  );
}
