import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { getStatus } from '../api/endpoints.ts';
import { addFiles, clearDraft, isToSend, isUnsettled, picturesFor } from '../draft.ts';
import { useLoad } from '../load.ts';
import { valuesOf } from '../model/person.ts';
import { notify } from '../notices.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { useEnrolling } from '../use-enrolling.ts';
import { DraftPictures } from './draft-pictures.tsx';
import { Duplicates } from './duplicates.tsx';
import { EnrollingDoubts } from './enrolling-doubts.tsx';
import { LeaveUnsettled } from './leave-unsettled.tsx';
import { PictureInput } from './picture-input.tsx';
import { ErrorNotice } from './states.tsx';
import { AddedWrongly, LookFirst } from './wrong-picture.tsx';

interface AddPicturesProps {
  readonly entry: BlacklistRecord;
  readonly onAdded: () => void;
}

/** Adds pictures to a person who is listed. */
export function AddPictures({ entry, onAdded }: AddPicturesProps) {
  const { draft, added, enrolling, choose, leave } = useAdding({ entry, onAdded });
  const pictures = useStore(draft);
  const [isLeaving, setLeaving] = useState(false);
  const { isSending, outcome, error, send } = enrolling;
  const toSend = pictures.filter(isToSend).length;
  return (
    <div class="add-pictures">
      <PictureInput compact hint={texts.people.moreHint} onFiles={choose} />
      <DraftPictures draft={draft} isBusy={isSending} entryId={entry.id} />
      {toSend > 0 && <LookFirst />}
      <ErrorNotice error={error} />
      <AddedWrongly entry={entry} names={added} onSuspended={onAdded} />
      {outcome && <Duplicates outcome={outcome} />}
      {pictures.length > 0 && (
        <Actions
          {...{ isSending, toSend }}
          onLeave={() => (pictures.some(isUnsettled) ? setLeaving(true) : leave())}
          onSend={() => void send()}
        />
      )}
      {isLeaving && (
        <LeaveUnsettled
          onLeave={() => {
            leave();
            onAdded();
          }}
          onClose={() => setLeaving(false)}
        >
          <p>{texts.people.mayBeAdded}</p>
        </LeaveUnsettled>
      )}
      <EnrollingDoubts {...{ enrolling, draft }} action={texts.people.addNevertheless(entry.name)} />
    </div>
  );
}

/** Keeps the pictures that are chosen for a person, and the names of those that were added last. */
function useAdding({ entry, onAdded }: AddPicturesProps) {
  const draft = picturesFor(entry.id);
  const status = useLoad('status', getStatus);
  const [added, setAdded] = useState<readonly string[]>([]);
  const enrolling = useEnrolling({
    draft,
    person: () => ({ values: valuesOf(entry), entryId: entry.id }),
    onListed: () => {},
    onDone: (result) => {
      if (result.added > 0) notify(texts.people.picturesAdded(result.added));
      const sent = draft.value.filter(({ state }) => state === 'added');
      setAdded(result.added > 0 ? sent.map(({ file }) => file.name) : []);
      if (result.added === draft.value.length) clearDraft(draft);
      onAdded();
    },
  });
  const choose = (files: readonly File[]) => {
    enrolling.reset();
    setAdded([]);
    addFiles(draft, files, status.data?.settings.max_image_bytes);
  };
  const leave = () => {
    enrolling.reset();
    clearDraft(draft);
  };
  return { draft, added, enrolling, choose, leave };
}

interface ActionsProps {
  readonly isSending: boolean;
  /** Number of pictures that are still to be sent. */
  readonly toSend: number;
  readonly onLeave: () => void;
  readonly onSend: () => void;
}

function Actions({ isSending, toSend, onLeave, onSend }: ActionsProps) {
  return (
    <div class="actions end">
      <button type="button" class="button" disabled={isSending} onClick={onLeave}>
        {toSend > 0 ? texts.frame.cancel : texts.people.done}
      </button>
      {toSend > 0 && (
        <button type="button" class="button primary" disabled={isSending} onClick={onSend}>
          {isSending ? texts.people.adding : texts.people.addPictures(toSend)}
        </button>
      )}
    </div>
  );
}
